// The error by the class of the signal.
