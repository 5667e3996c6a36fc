"""The tests of demandsim; the folder a test is in says which kind it is."""
