"""Which organisations lie in the region of a school: the COROP areas its gemeente is part of."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from organisations.models import Location, Organisation
from stagematch.regions.models import PostcodeArea, Region


def regions_of(schools: QuerySet[Organisation]) -> QuerySet[Region]:
    """Return the COROP areas of the gemeenten and locations of these schools."""
    municipality = Q(municipality__in=schools.exclude(municipality=None).values("municipality"))
    location = Q(pk__in=Location.objects.filter(organisation__in=schools).values("postcode"))
    areas = PostcodeArea.objects.filter(municipality | location).exclude(corop=None)
    return Region.objects.filter(pk__in=areas.values("corop")).order_by("name")


def hosts_in(regions: QuerySet[Region]) -> QuerySet[Organisation]:
    """Return the approved organisations that can have students, with their gemeente or a location in these regions."""
    areas = PostcodeArea.objects.filter(corop__in=regions)
    here = Q(municipality__in=areas.exclude(municipality=None).values("municipality"))
    located = Exists(Location.objects.filter(organisation=OuterRef("pk"), postcode__in=areas.values("pk")))
    return Organisation.objects.public().hosting().filter(here | located)
