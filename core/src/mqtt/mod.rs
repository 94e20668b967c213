//! An MQTT client without I/O: the packets and the session. Knows no AT.
