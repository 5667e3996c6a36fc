"""The agencies as Mesa agents, and the table of doors the kernels run by."""
