"""Where bytes come from: serial ports, TCP listeners and export folders."""
