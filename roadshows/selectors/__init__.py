"""Questions about roadshows that several pages ask, a file per subject."""

from roadshows.selectors.pledges import STAGES, FunnelRow, PledgeLine, Tally, funnel, pledge_lines, tally

__all__ = ["STAGES", "FunnelRow", "PledgeLine", "Tally", "funnel", "pledge_lines", "tally"]
