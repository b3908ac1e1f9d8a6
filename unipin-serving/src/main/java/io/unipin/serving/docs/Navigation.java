package io.unipin.serving.docs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.commonmark.ext.gfm.tables.TableBody;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.jspecify.annotations.Nullable;

/**
 * The list of all pages, which is shown beside each page. It has the links from the first column of
 * each table of {@code docs/README.md}. The links of a table stand below the table's heading.
 * Immutable.
 */
final class Navigation {
  static final String INDEX = "docs/README.md";

  private final Map<String, List<Entry>> groups;

  private record Entry(String title, String path) {}

  private Navigation(Map<String, List<Entry>> groups) {
    this.groups = groups;
  }

  /** Reads the index. Links that lead to no page of the site are left out. */
  static Navigation read(String markdown, SitePaths paths) {
    Map<String, List<Entry>> groups = new LinkedHashMap<>();
    PageHtml.parse(markdown)
        .accept(
            new AbstractVisitor() {
              private String group = "";
              private boolean inBody;

              @Override
              public void visit(Heading heading) {
                group = PageHtml.text(heading);
              }

              @Override
              public void visit(CustomNode node) {
                if (node instanceof TableCell) {
                  if (inBody && node.getPrevious() == null) {
                    entry(link(node)).ifPresent(this::add);
                  }
                  return;
                }
                inBody = node instanceof TableBody || inBody;
                visitChildren(node);
                inBody = inBody && !(node instanceof TableBody);
              }

              private void add(Entry entry) {
                groups.computeIfAbsent(group, unused -> new ArrayList<>()).add(entry);
              }

              private Optional<Entry> entry(@Nullable Link link) {
                return link != null
                        && paths.target(INDEX, link.getDestination())
                            instanceof SitePaths.Shown shown
                    ? Optional.of(new Entry(PageHtml.text(link), shown.address()))
                    : Optional.empty();
              }
            });
    return new Navigation(groups);
  }

  private static @Nullable Link link(Node cell) {
    return cell.getFirstChild() instanceof Link link ? link : null;
  }

  /** Returns the list as HTML, with the page of the given path marked. */
  String html(String current) {
    StringBuilder html = new StringBuilder();
    groups.forEach(
        (group, entries) -> {
          html.append("<h2>").append(Escaped.html(group)).append("</h2>\n<ul>\n");
          for (Entry entry : entries) {
            String mark = entry.path().equals(current) ? " aria-current=\"page\"" : "";
            html.append("<li><a href=\"%s\"%s>".formatted(Escaped.html(entry.path()), mark))
                .append(Escaped.html(entry.title()))
                .append("</a></li>\n");
          }
          html.append("</ul>\n");
        });
    return html.toString();
  }
}
