package io.unipin.feedlog.infer.words;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the name of a column: finds the words in the name that are in a small dictionary of many
 * languages.
 *
 * <p>A name is split at capital letters, digits and signs. A part such as {@code artikelnummer} is
 * split into words of the dictionary, if these cover the whole part.
 */
public final class NameWords {
  /** The subject of a word in a name. */
  public enum Word {
    USER,
    /** A word for a user that also means devices or companies, such as client. */
    WEAK_USER,
    ITEM,
    WEAK_ITEM,
    SESSION,
    SLATE,
    ID,
    TIME,
    /** Times that are rarely the time of an action, such as updated. */
    OTHER_TIME,
    CLOCK,
    HAPPENED,
    ACTION,
    RATING,
    POSITION,
    TITLE,
    CATEGORY,
    TEXT,
    /** A parent in a hierarchy: the parent of a variant is the item. */
    PARENT,
    /** Quantities, prices, places and the like. */
    OTHER,
    /** A particle without a meaning of its own. */
    FILLER,
    UNKNOWN
  }

  private static final Map<Word, String> DICTIONARY = new EnumMap<>(Word.class);
  private static final Map<String, Word> WORDS = new HashMap<>();
  private static final int SHORTEST_PART = 2;

  static {
    DICTIONARY.put(
        Word.USER,
        "user users uid usr userid customer customers cust kunde kunden kundin visitor visitors member members"
            + " shopper buyer reader viewer listener reviewer person people player patient student benutzer"
            + " nutzer besucher kaufer usuario cliente utilisateur utente gebruiker klant anvandare uzytkownik"
            + " klient persona subscriber who reviewerid пользователь покупатель клиент kullanici profile 用户 ユーザー"
            + " kund bruger bruker kunder borrower patron passenger traveler learner actor acheteur abonne"
            + " comprador consumer consumidor uzivatel zakaznik kayttaja asiakas musteri 顧客 会員 客户 买家 사용자 고객");
    DICTIONARY.put(
        Word.WEAK_USER,
        "client account household cookie device anonymous guest konto email mail karte karten");
    DICTIONARY.put(
        Word.ITEM,
        "item items iid product products produkt produkte produit producto prodotto prod article articles"
            + " artikel articulo articolo sku asin movie movies film filme video videos song songs track tracks"
            + " book books isbn buch news doc document hotel listing recipe game app course podcast episode"
            + " post photo pin ad ads creative offer business restaurant poi venue apartment"
            + " livre chanson pelicula libro cancion filmes livro elokuva tuote vare bok lied lieder"
            + " job stock ware goods produto artwork anime beer show asset 商品 物品 товар urun фильм книга"
            + " 作品 アイテム 상품 아이템");
    DICTIONARY.put(
        Word.WEAK_ITEM,
        "object entity content target reference resource page url link element thing variant ean gtin upc code artist"
            + " what pid vid nid");
    DICTIONARY.put(
        Word.SESSION,
        "session sessions sid sitzung visit besuch sesion sessione basket cart warenkorb"
            + " seance sessie 会话 セッション");
    DICTIONARY.put(
        Word.SLATE,
        "impression impressions slate feedview request pageview query search list recommendation reco rec serving");
    DICTIONARY.put(
        Word.ID,
        "id ids nr no nummer number num numero key uuid guid hash idx index identifier kennung"
            + " identifiant identificador identificatore tunnus 番号 编号");
    DICTIONARY.put(
        Word.TIME,
        "time timestamp ts date datetime datum zeit zeitpunkt zeitstempel fecha hora tijd tid stamp epoch when unix"
            + " ms millis seconds sec utc dat data czas дата время heure jour day tag instant 时间 时间戳 日時"
            + " dato aika cas tarih zaman 日付 日期 시간 일시");
    DICTIONARY.put(
        Word.OTHER_TIME,
        "updated modified changed shipped ship shipping delivery delivered lieferdatum birth birthday geburt"
            + " release released published publish expiry expires ingest ingested load loaded received processed"
            + " due paid upload register registration signup lieferung rechnung geandert first");
    DICTIONARY.put(Word.CLOCK, "uhrzeit clock hourmin stunde");
    DICTIONARY.put(
        Word.HAPPENED,
        "created event action order ordered purchase purchased click clicked view viewed watch watched rated"
            + " review interaction bestell bestellung bestellt kauf angelegt erstellt happened occurred transaction"
            + " invoice visited played listened server pedido commande achat evt");
    DICTIONARY.put(
        Word.ACTION,
        "type behavior behaviour activity verb operation aktion ereignis evento accion vorgang kind eventtype"
            + " interaktion behaviortype 行为 行为类型");
    DICTIONARY.put(
        Word.RATING,
        "rating ratings stars star score bewertung note punkte rate overall valoracion grade preference sterne avaliacao"
            + " voto nota puntuacion calificacion beoordeling ocena betyg puan оценка hodnoceni arvosana 评分 評価 평점");
    DICTIONARY.put(Word.POSITION, "position pos rank ordinal slot platz rang place row");
    DICTIONARY.put(
        Word.TITLE,
        "title titel name names bezeichnung titre titulo titolo headline label caption nombre");
    DICTIONARY.put(
        Word.CATEGORY,
        "category categories cat genre genres kategorie kategorien gruppe group warengruppe department section topic"
            + " topics brand marke rubrik categoria categorie tags class subcategory abteilung store channel"
            + " 类目");
    DICTIONARY.put(
        Word.TEXT,
        "description desc beschreibung abstract summary body text descripcion descrizione details review comment");
    DICTIONARY.put(Word.PARENT, "parent master");
    DICTIONARY.put(
        Word.OTHER,
        "price preis prix precio prezzo amount betrag quantity qty menge anzahl count total cost revenue discount"
            + " rabatt currency wahrung country land city stadt stadtteil zip plz age alter gender geschlecht sex"
            + " occupation agent ip address adresse phone telefon lat lon latitude longitude status"
            + " duration length width height weight size vote votes helpful verified browser os platform version"
            + " year month hour minute week weekday split fold flag image images img picture bild video_url"
            + " summe umsatz steuer tax stueck stuck entities embedding vector average avg property value");
    DICTIONARY.put(Word.FILLER, "s n en der die das the of de la le at on in by is was has a e");
    DICTIONARY.forEach(
        (word, names) -> {
          for (String name : names.split(" ", -1)) {
            WORDS.putIfAbsent(plain(name), word);
          }
        });
  }

  private NameWords() {}

  /** Returns the subjects of the words of a name, in the order of the words. */
  public static List<Word> of(String name) {
    List<Word> words = new ArrayList<>();
    for (String part : parts(lastSegments(name))) {
      words.addAll(split(part));
    }
    words.removeIf(word -> word == Word.FILLER);
    return words;
  }

  /** Returns the set of the subjects of a name's words. */
  public static Set<Word> set(String name) {
    Set<Word> set = EnumSet.noneOf(Word.class);
    set.addAll(of(name));
    return set;
  }

  /** Whether some word of the name is in the dictionary. */
  public static boolean isKnown(String name) {
    return of(name).stream().anyMatch(word -> word != Word.UNKNOWN && word != Word.FILLER);
  }

  /** Returns the last two names of a path such as {@code event.object.id}. */
  private static String lastSegments(String name) {
    int last = name.lastIndexOf('.');
    int before = last <= 0 ? -1 : name.lastIndexOf('.', last - 1);
    return last < 0 ? name : name.substring(before + 1);
  }

  private static List<String> parts(String name) {
    String split =
        name.replaceAll("(?<=[\\p{Ll}\\d])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})", " ")
            .replaceAll("[^\\p{L}]+", " ");
    List<String> parts = new ArrayList<>();
    for (String part : plain(split).split(" ", -1)) {
      if (!part.isEmpty()) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** Returns a text in small letters without accents. */
  private static String plain(String text) {
    return Normalizer.normalize(text.replace("ß", "ss"), Normalizer.Form.NFKD)
        .replaceAll("\\p{M}", "")
        .toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the words of which a part consists; one unknown word if the dictionary lacks one of
   * these words.
   */
  private static List<Word> split(String part) {
    Word whole = WORDS.get(part);
    if (whole != null) {
      return List.of(whole);
    }
    for (int end = part.length() - 1; end >= SHORTEST_PART; end--) {
      Word first = WORDS.get(part.substring(0, end));
      if (first == null) {
        continue;
      }
      List<Word> rest = split(part.substring(end));
      if (!rest.contains(Word.UNKNOWN)) {
        List<Word> words = new ArrayList<>(List.of(first));
        words.addAll(rest);
        return words;
      }
    }
    return List.of(Word.UNKNOWN);
  }
}
