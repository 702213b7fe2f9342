// The command `demod`, which comes with the library.
import '@blind-demod/cli';
