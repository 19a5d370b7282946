"""What one can do at a place, in our own words: (title, summary, tasks, doelgroep, werkvelden, werkprocessen)."""

TEMPLATES: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("Samen koken en kletsen met ouderen", "Elke week zet je met buren een warme maaltijd op tafel.", "Je doet boodschappen met twee bewoners. Je kookt mee en schuift aan. Je ziet wie er stil is, en je praat met die persoon.", "ouderen", "ouderenwerk buurtwerk", "W3 W4 W5"),
    ("Koffie-ochtend in het buurthuis", "Jij maakt dat nieuwe mensen zich welkom voelen.", "Je zet de zaal klaar en begroet iedereen bij de deur. Je koppelt mensen die alleen komen aan elkaar.", "buurtbewoners", "buurtwerk", "W5 W6 W3"),
    ("Jongeren op straat: chillen en praten", "Je gaat met een jongerenwerker de wijk in.", "Je maakt contact op het plein. Je hoort wat er speelt. Samen bedenk je wat jongeren zelf kunnen organiseren.", "jongeren", "jongerenwerk", "W1 W4 W5"),
    ("Huiswerkclub na schooltijd", "Je helpt kinderen met leren en met zelfvertrouwen.", "Je helpt met rekenen en taal. Je doet een spel als het hoofd vol is. Je praat met ouders bij het ophalen.", "kinderen-ouders", "school-en-werk jongerenwerk", "W3 W6 K2-W1"),
    ("Taalcafé voor nieuwkomers", "Je oefent Nederlands aan de keukentafel.", "Je kiest een onderwerp en bedenkt een oefening. Je praat met twee of drie mensen. Je legt uit hoe dingen hier werken.", "nieuwkomers", "vluchtelingenwerk", "W3 W5 W2"),
    ("Hulp aan huis bij gezinnen", "Je bent een vast gezicht voor een gezin dat het druk heeft.", "Je speelt met de kinderen en helpt met structuur. Je bespreekt met je begeleider wat je ziet.", "kinderen-ouders", "informele-zorg", "W2 W4 P1-W2"),
    ("Op pad met mensen met een beperking", "Samen sporten, wandelen of naar de markt.", "Je plant een uitje met de groep. Je zorgt dat iedereen mee kan doen. Je let op tempo en rust.", "beperking", "dagbesteding sport", "W3 W2 P2-W1"),
    ("Formulierenbrigade in de wijk", "Je helpt mensen met post, toeslagen en formulieren.", "Je sorteert post met iemand. Je leest samen een brief. Je weet wanneer een collega het overneemt.", "schulden", "schuldhulp", "P1-W1 W1 W4"),
    ("Maatje voor mantelzorgers", "Je geeft mensen die zorgen even lucht.", "Je belt en bezoekt mantelzorgers. Je organiseert een middag waarop ze elkaar ontmoeten.", "mantelzorgers", "informele-zorg ouderenwerk", "W6 W1 W3"),
    ("Inloop voor dak- en thuislozen", "Je schenkt koffie en hebt aandacht.", "Je helpt bij de balie en de was. Je praat zonder te oordelen. Je doet mee met de dagopening van het team.", "dak-thuisloos", "opvang", "W4 W1 K2-W1"),
    ("Samen bewegen in het park", "Je zet een beweeggroep op voor buren van alle leeftijden.", "Je maakt een rooster en nodigt mensen uit. Je doet de warming-up. Na afloop drink je thee met de groep.", "buurtbewoners", "sport buurtwerk", "W3 P2-W1 W6"),
    ("Meidenclub op woensdag", "Een plek waar meiden zichzelf kunnen zijn.", "Je bedenkt met de meiden een programma. Je bewaakt de sfeer. Je praat over vriendschap, school en grenzen.", "jongeren", "jongerenwerk", "W3 P2-W1 W4"),
    ("Repaircafé en ontmoeting", "Repareren is het excuus, ontmoeten is het doel.", "Je ontvangt bezoekers en koppelt ze aan vrijwilligers. Je maakt een praatje met wie wacht.", "buurtbewoners", "buurtwerk", "K2-W3 W6 W5"),
    ("Digitaal spreekuur voor ouderen", "Je helpt met telefoon, tablet en DigiD.", "Je legt uit in kleine stappen. Je schrijft een geheugenkaart. Je merkt op wie meer hulp nodig heeft.", "ouderen", "ouderenwerk", "W2 P1-W1 W4"),
    ("Werkplaats voor jongeren zonder school", "Doen wat je kunt, en merken dat je iets kunt.", "Je werkt mee in de werkplaats. Je praat over plannen. Je gaat mee naar een gesprek op school.", "jongeren", "school-en-werk", "W2 W1 W6"),
    ("Speeltuin en ouders", "Je zorgt dat spelen en praten samengaan.", "Je bedenkt spelletjes. Je leert ouders kennen. Je zet een ruilkast op.", "kinderen-ouders", "buurtwerk", "W3 W5 W6"),
    ("Voedselbank met aandacht", "Meer dan een tas: tijd voor een gesprek.", "Je helpt bij het uitgeven. Je loopt even mee naar buiten. Je vraagt door als iets je opvalt.", "schulden", "schuldhulp buurtwerk", "W1 W4 K2-W3"),
    ("Wandelen met mensen die herstellen", "Naast elkaar lopen praat makkelijker.", "Je loopt twee keer per week met een groep. Je kent de route en de rustpunten.", "verslaving", "opvang sport", "W2 W4 P2-W1"),
    ("Muziek maken met jongeren", "Van een beat naar een optreden in de buurt.", "Je helpt in de studio. Je zoekt met jongeren een podium. Je houdt het gezellig en eerlijk.", "jongeren", "jongerenwerk", "W3 P2-W1 K2-W2"),
    ("Moestuin met de buurt", "Zaaien, schoffelen en samen lunchen.", "Je plant de werkdag met vrijwilligers. Je betrekt nieuwe buren. Je maakt een bord met taken.", "buurtbewoners", "buurtwerk dagbesteding", "K2-W3 W3 W6"),
    ("Ondersteuning in het wijkteam", "Je kijkt mee bij vragen van alle soorten.", "Je bereidt een gesprek voor. Je gaat mee op huisbezoek. Je schrijft kort op wat er is afgesproken.", "buurtbewoners", "gemeente", "P1-W2 W1 W2"),
    ("Jonge ouders ontmoeten elkaar", "Een ochtend in de week voor ouders met een baby.", "Je ontvangt ouders en zet spullen klaar. Je nodigt een wijkverpleegkundige uit. Je verbindt ouders met elkaar.", "kinderen-ouders", "buurtwerk informele-zorg", "W6 W3 W5"),
    ("Dagbesteding in de keuken", "Samen lunch maken voor zestig mensen.", "Je verdeelt het werk over de groep. Je past taken aan wie er is. Je viert wat er lukt.", "beperking", "dagbesteding", "P2-W1 W2 W3"),
    ("Buurtkamer bij de huisarts", "Mensen met een sociale vraag komen eerst bij jou.", "Je luistert in de wachtkamer. Je zoekt met iemand een activiteit. Je belt na twee weken hoe het gaat.", "buurtbewoners", "gemeente buurtwerk", "W1 W2 W6"),
    ("Straatvoetbal en respect", "Je leidt een toernooi in de wijk.", "Je maakt teams die elkaar nog niet kennen. Je leert jongeren zelf fluiten. Je praat na met wie boos is.", "jongeren", "sport jongerenwerk", "P2-W1 W3 W4"),
    ("Bezoek bij ouderen thuis", "Een uur in de week iemand om mee te praten.", "Je bezoekt vier vaste mensen. Je doet een spel of een boodschap. Je meldt wat je zorgen geeft.", "ouderen", "informele-zorg ouderenwerk", "P1-W2 W4 W5"),
    ("Zomerprogramma voor kinderen", "Vakantie in de eigen wijk.", "Je bedenkt een weekprogramma. Je werkt met vrijwilligers. Je maakt van tevoren kennis met de ouders.", "kinderen-ouders", "buurtwerk sport", "W3 K2-W3 P2-W1"),
    ("Wonen met begeleiding", "Je helpt bewoners hun week op orde te houden.", "Je maakt met een bewoner een weekplan. Je eet mee. Je oefent de was en de post.", "dak-thuisloos", "wonen opvang", "W2 P1-W1 W4"),
    ("Informatiepunt in de bibliotheek", "Je wijst mensen de weg naar hulp.", "Je zit aan de balie. Je zoekt samen iets op. Je kent de organisaties in de buurt.", "nieuwkomers", "school-en-werk vluchtelingenwerk", "P1-W1 W5 W6"),
    ("Buren maken het portiek mooi", "Je brengt bewoners van een flat bij elkaar.", "Je belt aan met een collega. Je organiseert een avond. Je maakt met bewoners afspraken.", "buurtbewoners", "wonen buurtwerk", "W5 W6 W3"),
    ("Fietsles voor vrouwen", "Leren fietsen geeft vrijheid.", "Je helpt bij de les. Je oefent verkeersborden. Je viert het eerste rondje buiten.", "nieuwkomers", "vluchtelingenwerk sport", "P2-W1 W3 W5"),
    ("Geheugenhuis", "Een huiskamer voor mensen met dementie en hun naasten.", "Je doet muziek en oude foto’s. Je hebt oog voor de partner. Je werkt met vaste vrijwilligers.", "ouderen", "dagbesteding ouderenwerk", "W3 W4 K2-W3"),
    ("Jongerenraad van de gemeente", "Jongeren praten mee over hun wijk.", "Je zoekt jongeren die anders niet komen. Je bereidt de avond voor. Je helpt ze hun verhaal te doen.", "jongeren", "gemeente jongerenwerk", "W6 W5 P2-W1"),
    ("Creatief atelier", "Schilderen, naaien en iets van jezelf laten zien.", "Je richt het atelier in. Je helpt deelnemers op weg. Je maakt een kleine expositie.", "beperking", "dagbesteding", "W3 W2 K2-W2"),
    ("Steun na schulden", "Je loopt naast iemand die weer overzicht krijgt.", "Je maakt samen een map. Je oefent een telefoongesprek. Je bewaart rust als het tegenzit.", "schulden", "schuldhulp informele-zorg", "P1-W1 W2 P1-W2"),
    ("Gastgezin en jongere", "Je helpt bij het kennismaken en blijft in beeld.", "Je plant de eerste weken. Je belt beide kanten. Je bespreekt wat schuurt.", "jongeren", "opvang informele-zorg", "W6 W4 P1-W2"),
    ("Samen eten op vrijdag", "Een lange tafel voor iedereen die wil.", "Je maakt het menu met buren. Je let op wie er nieuw is. Je wast af met de groep.", "buurtbewoners", "buurtwerk", "W3 W6 K2-W3"),
    ("Herstelgroep", "Mensen helpen elkaar verder, jij helpt de groep.", "Je zet de kring klaar. Je luistert en schrijft mee. Je praat na met je begeleider.", "verslaving", "opvang", "P2-W1 K2-W2 W4"),
    ("Ouderkamer op de basisschool", "De deur staat open voor ouders.", "Je zet koffie en onderwerpen klaar. Je helpt met de schoolapp. Je verbindt ouders met de leerkracht.", "kinderen-ouders", "school-en-werk", "W5 W6 P1-W1"),
    ("Vrijwilligers vinden en vasthouden", "Zonder vrijwilligers staat de buurt stil.", "Je belt nieuwe vrijwilligers. Je maakt een welkomstmap. Je organiseert een bedankdag.", "mantelzorgers", "buurtwerk", "K2-W3 W6 K2-W1"),
    ("Spelinloop in de wijk", "Elke middag een zaal vol spellen.", "Je bewaakt de sfeer. Je leert namen uit je hoofd. Je bedenkt iets voor wie niet mee wil doen.", "kinderen-ouders", "jongerenwerk sport", "W3 W4 P2-W1"),
    ("Wijkgesprekken", "Je vraagt bewoners wat zij willen.", "Je voert korte gesprekken op straat. Je maakt een kaart met wensen. Je presenteert aan het team.", "buurtbewoners", "gemeente buurtwerk", "W1 W5 K2-W2"),
)  # fmt: skip

EXPECTATIONS = (
    "Je komt op tijd en belt als iets niet lukt. Je bent nieuwsgierig naar mensen. Ervaring hoeft niet.",
    "Je durft vragen te stellen. Je houdt je aan afspraken over privacy. Je denkt mee over het programma.",
    "Je vindt het fijn om in een team te werken. Je kunt tegen een drukke dag. We leren je de rest.",
)
GUIDANCE = (
    "Je hebt een vaste begeleider. Elke week zitten jullie een uur samen. De eerste twee weken loop je mee.",
    "Je werkt altijd naast een collega. Om de week kijk je samen terug op je leerdoelen.",
    "Twee praktijkbegeleiders delen de begeleiding, dus er is altijd iemand. Eens per maand is er intervisie met andere stagiairs.",
)
DAYS = (
    "Om negen uur drink je koffie met het team. Daarna bereid je de activiteit voor. ’s Middags ben je in de zaal of op pad.",
    "Je begint met een korte dagstart. Dan ga je de wijk in. Je sluit af met een kwartier terugkijken.",
)
PROFILES = (
    "Je vindt het fijn om met je handen bezig te zijn en praat makkelijk met mensen die je nog niet kent.",
    "Je houdt van rust en regelmaat. Je kunt goed luisteren en wachten.",
    "Je houdt van drukte en wisselt makkelijk. Je durft voor een groep te staan.",
)
GOALS = (
    "Een groep begeleiden\nEen activiteit plannen en evalueren",
    "Een gesprek voeren met iemand die je vertrouwt\nSignalen zien en doorgeven",
    "Samenwerken met vrijwilligers\nGrenzen stellen",
)
