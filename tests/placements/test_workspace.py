"""The workspace: a queue by answer-by date, side by side, in a small and fixed number of queries."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import pytest
from django.urls import reverse

from tests import factories as f
from tests.placements.steps import submit

WORKSPACE = reverse("admin:workspace")
PAGE_QUERIES = 12


@pytest.mark.parametrize("rows", [1, 3])
def test_workspace_costs_at_most_twelve_queries_for_one_and_three(
    rows, client, broker, vacancy, capacity, django_assert_max_num_queries
):
    for _ in range(rows):
        submit(f.SearchFactory(), vacancy)
    client.force_login(broker)
    client.get(WORKSPACE)  # what is read once per process: the policy, the names
    with django_assert_max_num_queries(PAGE_QUERIES):
        assert client.get(WORKSPACE).status_code == 200
