// ONNX Runtime's builds for Linux and macOS send facts on machine, models and times to Microsoft, unless this variable
// says not to before they are loaded. Who sets it decides; child processes inherit it.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
