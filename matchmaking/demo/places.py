"""Schools, organisations and gemeenten that the published sources name. Nothing is claimed about their real capacity."""

SOURCE = "Naam uit gepubliceerde bron; alles eromheen is voorbeelddata"

# name, slug, place of the demo location
SCHOOLS = (
    ("Zadkine", "zadkine", "Rotterdam"),
    ("Albeda", "albeda", "Rotterdam"),
    ("ROC Mondriaan", "roc-mondriaan", "Den Haag"),
    ("mboRijnland", "mborijnland", "Leiden"),
    ("Gilde Opleidingen", "gilde-opleidingen", "Venlo"),
    ("ROC van Amsterdam-Flevoland", "roc-van-amsterdam-flevoland", "Amsterdam"),
    ("Summa College", "summa-college", "Eindhoven"),
    ("Aventus", "aventus", "Apeldoorn"),
    ("Landstede", "landstede", "Zwolle"),
    ("ROC Friese Poort", "roc-friese-poort", "Leeuwarden"),
    ("Rijn IJssel", "rijn-ijssel", "Arnhem"),
    ("Curio", "curio", "Breda"),
)
EMPLOYERS = (
    ("wmo radar", "wmo-radar", "Rotterdam"),
    ("DOCK", "dock", "Amsterdam"),
    ("Civic", "civic", "Amsterdam"),
    ("Eigenwijks", "eigenwijks", "Amsterdam"),
    ("De Schoor", "de-schoor", "Almere"),
    ("DOCK Utrecht", "dock-utrecht", "Utrecht"),
    ("Handjehelpen", "handjehelpen", "Utrecht"),
    ("Yulius Onderwijs", "yulius-onderwijs", "Dordrecht"),
    ("Tintengroep", "tintengroep", "Groningen"),
    ("Sociale Teams Helmond", "sociale-teams-helmond", "Helmond"),
    ("WachtVerzachter", "wachtverzachter", "Eindhoven"),
    ("Inspiratielab 2.0", "inspiratielab", "Someren"),
    ("Stagehuis Schilderswijk", "stagehuis-schilderswijk", "Den Haag"),
    ("Feyenoord maatschappelijk", "feyenoord-maatschappelijk", "Rotterdam"),
    ("Life After School", "life-after-school", "Amsterdam"),
    ("Studio Moio", "studio-moio", "Leiden"),
)
MUNICIPALITIES = (
    ("Gemeente Leiden", "gemeente-leiden", "Leiden"),
    ("Gemeente Alphen aan den Rijn", "gemeente-alphen-aan-den-rijn", "Alphen aan den Rijn"),
    ("Gemeente Amsterdam", "gemeente-amsterdam", "Amsterdam"),
    ("Gemeente Almere", "gemeente-almere", "Almere"),
    ("Gemeente Eindhoven", "gemeente-eindhoven", "Eindhoven"),
    ("Gemeente Helmond", "gemeente-helmond", "Helmond"),
    ("Gemeente Someren", "gemeente-someren", "Someren"),
    ("Gemeente Rotterdam", "gemeente-rotterdam", "Rotterdam"),
    ("Gemeente Den Haag", "gemeente-den-haag", "Den Haag"),
)
PARTNERS = (("Sociaal Werk Nederland", "sociaal-werk-nederland", "Utrecht"),)

# Invented hosts, recognisable as invented.
INVENTED = (
    "De IJsvogel", "Het Zwaluwnest", "De Bonte Specht", "De Koolmees", "Het Roodborstje", "De Kievit", "De Wielewaal", "De Merel",
    "De Huismus", "De Staartmees", "De Putter", "De Grutto", "De Scholekster", "De Boomklever", "De Fuut", "De Ooievaar",
)  # fmt: skip
INVENTED_KINDS = ("Buurtkring", "Wijkhuis", "Stichting", "Huis van de Buurt", "Werkplaats")
TEAM_NAMES = ("Centrum", "Noord", "Zuid", "Oost", "West", "Haven", "Park", "Station")
