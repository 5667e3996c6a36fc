"""What people see and type: the command line, which shows results and works nothing out."""
