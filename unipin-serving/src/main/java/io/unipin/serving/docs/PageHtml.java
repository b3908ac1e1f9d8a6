package io.unipin.serving.docs;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Turns Markdown into HTML. Raw HTML in the Markdown is shown as text, and comments are left out.
 * Headings have the same anchors as on GitHub. Immutable.
 */
final class PageHtml {
  private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();

  private final SitePaths paths;

  PageHtml(SitePaths paths) {
    this.paths = paths;
  }

  static Node parse(String markdown) {
    return PARSER.parse(markdown);
  }

  /** Returns the content of a page as HTML. {@code page} is the file of the page. */
  String render(String page, String markdown) {
    Node document = parse(markdown);
    document.accept(new Rewriter(page));
    Map<Heading, String> anchors = anchors(document);
    HtmlRenderer renderer =
        HtmlRenderer.builder()
            .extensions(EXTENSIONS)
            .escapeHtml(true)
            .attributeProviderFactory(
                context ->
                    (node, tag, attributes) -> {
                      if (node instanceof Heading heading) {
                        attributes.put("id", anchors.getOrDefault(heading, ""));
                      }
                    })
            .build();
    return renderer.render(document);
  }

  private static Map<Heading, String> anchors(Node document) {
    Map<Heading, String> anchors = new HashMap<>();
    Map<String, Integer> seen = new HashMap<>();
    document.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Heading heading) {
            String anchor = anchor(text(heading));
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.put(heading, before == 0 ? anchor : anchor + "-" + before);
          }
        });
    return anchors;
  }

  private static String anchor(String title) {
    return title.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  /** Returns the words of a part of a page, without the marks of Markdown. */
  static String text(Node node) {
    StringBuilder text = new StringBuilder();
    node.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text part) {
            text.append(part.getLiteral());
          }

          @Override
          public void visit(Code part) {
            text.append(part.getLiteral());
          }

          @Override
          public void visit(SoftLineBreak part) {
            text.append(' ');
          }
        });
    return text.toString();
  }

  /** Makes links lead to the pages of the site, and removes comments. */
  private final class Rewriter extends AbstractVisitor {
    private final String page;

    Rewriter(String page) {
      this.page = page;
    }

    @Override
    public void visit(HtmlBlock block) {
      if (block.getLiteral().startsWith("<!--")) {
        block.unlink();
      }
    }

    @Override
    public void visit(Link link) {
      visitChildren(link);
      SitePaths.Target target = paths.target(page, link.getDestination());
      if (target instanceof SitePaths.Shown shown) {
        link.setDestination(shown.address());
      } else if (target instanceof SitePaths.Unshown unshown) {
        replace(link, unshown.file());
      }
    }

    /**
     * Replaces a link by its words. If the words differ from the file's path, the path follows the
     * words.
     */
    private static void replace(Link link, String file) {
      String words = text(link);
      if (!words.equals(file)) {
        link.insertAfter(new Text(")"));
        link.insertAfter(new Code(file));
        link.insertAfter(new Text(" ("));
      }
      Node child = link.getFirstChild();
      while (child != null) {
        Node next = child.getNext();
        link.insertBefore(child);
        child = next;
      }
      link.unlink();
    }
  }
}
