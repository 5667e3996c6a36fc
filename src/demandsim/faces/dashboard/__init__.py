"""The workshop dashboard: who saves and who pays, shown to a room."""
