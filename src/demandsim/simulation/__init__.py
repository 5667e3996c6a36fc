"""The week as compiled kernels, one file a phase, and the model that runs them."""
