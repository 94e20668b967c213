"""The paho-mqtt package under the load of `cargo xtask bench publish`: paho_load.py PORT QOS N BYTES."""

import os
import sys

import paho.mqtt.client as mqtt

port, qos, n, size = map(int, sys.argv[1:])
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, f"paho-{os.getpid()}")
client.max_queued_messages_set(0)
client.connect("127.0.0.1", port)
client.loop_start()
payload = b"x" * size
for _ in range(n):
    last = client.publish("bench", payload, qos)
last.wait_for_publish()
client.disconnect()
client.loop_stop()
