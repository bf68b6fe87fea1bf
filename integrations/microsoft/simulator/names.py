"""Names of people and companies from several countries, each with the spelling it takes in an e-mail address."""

# ruff: noqa: RUF001 - Turkish has a dotless i, and its names are spelled with it

import random
import re
import unicodedata
from dataclasses import dataclass

# Letters that Unicode does not take apart into a base letter and an accent.
_FOLDS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Name:
    native: str
    latin: str


@dataclass(frozen=True, slots=True)
class Locale:
    country: str
    language: str
    cities: tuple[str, ...]
    given: tuple[Name, ...]
    family: tuple[Name, ...]
    company: str
    stems: tuple[Name, ...]
    trades: tuple[Name, ...]
    family_first: bool = False

    def full_name(self, given: Name, family: Name) -> str:
        first, last = (family, given) if self.family_first else (given, family)
        return f"{first.native} {last.native}"


def latin(text: str) -> str:
    """The text in plain ASCII, as far as accents go; other scripts fall away."""
    folded = unicodedata.normalize("NFKD", text.translate(_FOLDS))
    return folded.encode("ascii", "ignore").decode()


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", latin(text).lower())


def company(locale: Locale, *, rng: random.Random) -> Name:
    stem, trade = rng.choice(locale.stems), rng.choice(locale.trades)
    native = locale.company.format(stem=stem.native, trade=trade.native)
    return Name(native, slug(stem.latin) + slug(trade.latin))


def _names(text: str) -> tuple[Name, ...]:
    """Words apart by commas; `native=latin` where the script does not fold to ASCII."""
    pairs = (word.strip().partition("=") for word in text.split(","))
    return tuple(Name(native, spelled or latin(native)) for native, _, spelled in pairs)


_ENGLISH_GIVEN = _names(
    "Amelia, Oliver, Grace, Noah, Isla, Henry, Priya, Marcus, Eleanor, Samuel, Zoe, Daniel, Hannah, Theo, Ruth, Caleb, "
    "Maya, Jonah, Beatrice, Felix, Naomi, Owen, Imani, Victor, Lucy, Desmond, Renée, Chloë, Tomás, Siobhán"
)
_ENGLISH_FAMILY = _names(
    "Hargrove, Whitfield, Okafor, O'Brien, Lindqvist, Patel, Marsh, Delgado, Fenwick, Abara, Sutton, McAllister, Nakamura, "
    "Pemberton, Ruiz, Caldwell, D'Angelo, Thorne, Vance, Ashworth, Mbeki, Kowalski, Sinclair, Rourke, Ibrahim, Bexley, "
    "Castellano, Drummond, Eastwood, Farrow, Gallagher, Smith-Jones, Hollis, Ingram, Núñez, Brontë"
)
_ENGLISH_STEMS = _names(
    "Alder, Birchwood, Cobalt, Dunmore, Eastgate, Foxglove, Greystone, Harborview, Ironbridge, Juniper, Kingfisher, Larkspur, "
    "Millbrook, Northlight, Oakhurst, Pinecrest, Quillon, Redfern, Silverbeck, Thornbury, Umber, Valewood, Westmere, Yarrow"
)
_ENGLISH_TRADES = _names(
    "Dental Group, Logistics, Accounting, Veterinary Clinic, Architects, Insurance Brokers, Foods, Engineering, Law, "
    "Property Management, Manufacturing, Physiotherapy, Credit Union, Roofing, Academy, Care Homes, Marine, Printing"
)

LOCALES = {
    "US": Locale(
        "US",
        "en-US",
        ("Portland", "Tulsa", "Raleigh", "Duluth"),
        _ENGLISH_GIVEN,
        _ENGLISH_FAMILY,
        "{stem} {trade}",
        _ENGLISH_STEMS,
        _ENGLISH_TRADES,
    ),
    "GB": Locale(
        "GB",
        "en-GB",
        ("Leeds", "Norwich", "Cardiff", "Perth"),
        _ENGLISH_GIVEN,
        _ENGLISH_FAMILY,
        "{stem} {trade} Ltd",
        _ENGLISH_STEMS,
        _ENGLISH_TRADES,
    ),
    "AT": Locale(
        "AT",
        "de-AT",
        ("Graz", "Linz", "Villach"),
        _names(
            "Jürgen, Katharina, Björn, Anneliese, Lukas, Sophie, Käthe, Matthias, Ulrike, Jörg, Franziska, Günther"
        ),
        _names(
            "Müller, Weiß, Grünwald, Öztürk, Schönfelder, Hofer, Bäumler, Steiner, Kröll, Leitgeb, Ambros, Haßlinger"
        ),
        "{stem} {trade} GmbH",
        _names("Alpenblick, Murtal, Grünbach, Weißenstein, Donau, Hochkogel, Lärchenhof, Steinfeld"),
        _names("Bäckerei, Metallbau, Steuerberatung, Holzbau, Apotheke, Spedition, Kältetechnik, Weinhandel"),
    ),
    "FR": Locale(
        "FR",
        "fr-FR",
        ("Lyon", "Besançon", "Nîmes"),
        _names("Élodie, François, Zoé, Benoît, Maëlle, Jérôme, Océane, Loïc, Hélène, Théo, Anaïs, Rémi"),
        _names(
            "Lefèvre, Dubois, Gérard, Châtelain, D'Aubigné, Besnard, Lemaître, Thévenot, Rousseau, Pélissier, Noël"
        ),
        "{trade} {stem}",
        _names("du Rhône, Sainte-Élise, des Cèdres, Beauséjour, de l'Étoile, Clairefontaine, Bellecôte"),
        _names("Menuiserie, Cabinet, Pharmacie, Laboratoire, Transports, Boulangerie, Clinique, Ateliers"),
    ),
    "ES": Locale(
        "ES",
        "es-ES",
        ("Sevilla", "Logroño", "A Coruña"),
        _names("José, Lucía, Iñaki, Begoña, Álvaro, Inés, Ramón, Nuria, Íñigo, Águeda, Martín, Sofía"),
        _names("García, Muñoz, Peña, Ibáñez, Quintana, Ordóñez, Zubiría, Núñez, Cañizares, Alarcón, Vélez"),
        "{trade} {stem} S.L.",
        _names("Quintana, Peñalba, del Sur, Montaña, Las Cañas, Almazán, Río Claro"),
        _names("Bodegas, Talleres, Clínica, Construcciones, Asesoría, Arquitectos, Conservas"),
    ),
    "PL": Locale(
        "PL",
        "pl-PL",
        ("Łódź", "Gdańsk", "Rzeszów"),
        _names("Łukasz, Małgorzata, Paweł, Żaneta, Grzegorz, Agnieszka, Michał, Zofia, Bożena, Stanisław"),
        _names("Wiśniewska, Wójcik, Kamiński, Zając, Szczęsny, Dąbrowska, Łaski, Jabłoński, Krawczyk, Żurek"),
        "{trade} {stem} sp. z o.o.",
        _names("Łabędź, Dębowa, Źródło, Bursztyn, Sokół, Jaźwiec, Wichrowa"),
        _names("Mleczarnia, Drukarnia, Kancelaria, Budownictwo, Apteka, Stolarnia, Przewozy"),
    ),
    "NO": Locale(
        "NO",
        "nb-NO",
        ("Bergen", "Tromsø", "Ålesund"),
        _names("Bjørn, Solveig, Håkon, Åse, Øyvind, Ingrid, Sæmund, Tuva, Jørgen, Marit"),
        _names("Sørensen, Næss, Bråten, Ødegård, Kvåle, Haugen, Fjærli, Solbakken, Lunde"),
        "{stem} {trade} AS",
        _names("Nordvåg, Fjellheim, Havørn, Sjøgata, Skjærgård, Blåfjell, Lysø"),
        _names("Rederi, Fiskeri, Regnskap, Bygg, Elektro, Sjømat, Eiendom"),
    ),
    "JP": Locale(
        "JP",
        "ja-JP",
        ("大阪", "札幌", "名古屋"),
        _names(
            "健太=kenta, 美咲=misaki, 翔=sho, さくら=sakura, 大輔=daisuke, 陽子=yoko, 直樹=naoki, 恵=megumi, 拓海=takumi"
        ),
        _names(
            "佐藤=sato, 髙橋=takahashi, 渡邊=watanabe, 小林=kobayashi, 齋藤=saito, 森=mori, 石川=ishikawa, 藤田=fujita"
        ),
        "{stem}{trade}株式会社",
        _names("東雲=shinonome, 若葉=wakaba, 青空=aozora, 千鳥=chidori, 白波=shiranami, 桜坂=sakurazaka"),
        _names("精密工業=seimitsu, 物流=butsuryu, 食品=shokuhin, 建設=kensetsu, 印刷=insatsu, 薬局=yakkyoku"),
        family_first=True,
    ),
    "IL": Locale(
        "IL",
        "he-IL",
        ("חיפה", "באר שבע"),
        _names("נועה=noa, אורי=uri, תמר=tamar, יונתן=yonatan, מיכל=michal, אסף=asaf, שירה=shira"),
        _names("כהן=cohen, לוי=levi, ברק=barak, אלמוג=almog, שדה=sade, רוזן=rosen"),
        "{trade} {stem} בע״מ",
        _names("כרמל=carmel, הגפן=hagefen, ארבל=arbel, תבור=tavor, הדקל=hadekel"),
        _names("מעבדות=labs, הנדסת=handasa, מאפיית=bakery, הובלות=transport, מרפאות=clinics"),
    ),
    "TR": Locale(
        "TR",
        "tr-TR",
        ("İzmir", "Eskişehir"),
        _names("Işıl, Çağla, Ömer, Şebnem, Gökhan, Ayşe, İbrahim, Tuğba, Umut"),
        _names("Yıldız, Öztürk, Şahin, Çelik, Güneş, Kılıç, Aydoğan, Işık"),
        "{stem} {trade} A.Ş.",
        _names("Günışığı, Çınar, Köprü, Yeşilova, Şelale, Gümüş"),
        _names("Tekstil, İnşaat, Gıda, Mobilya, Nakliyat, Sigorta"),
    ),
}
