"""What a run leaves behind: ledger, prices and money views, outcomes, journeys, panel and the record."""
