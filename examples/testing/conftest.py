"""A broker and a modem for each test, each a process of its own, ended with it."""

import socket
import subprocess
import time

import pytest
import serial

PATIENCE = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """Mosquitto on a port of its own. It keeps the port when it is stopped."""

    def __init__(self):
        self.port = free_port()
        self.start()

    def start(self):
        self.process = subprocess.Popen(["mosquitto", "-p", str(self.port)])
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise TimeoutError("the broker does not listen")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def retained(self, topic):
        """The message the broker keeps at this topic."""
        words = ["mosquitto_sub", "-p", str(self.port), "-t", topic, "-C", "1", "-W", "5"]
        return subprocess.run(words, capture_output=True, check=True).stdout.rstrip(b"\n")

    def publish(self, topic, message):
        words = ["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-m", message]
        subprocess.run(words, check=True)


class Modem:
    """The serial port, seen from the host."""

    def __init__(self, path):
        self.port = serial.Serial(path, 115200, timeout=PATIENCE)
        self.ask("ATE0")

    def line(self):
        """The next line that is not empty."""
        while True:
            line = self.port.read_until(b"\r\n")
            if not line.endswith(b"\r\n"):
                raise TimeoutError(f"half a line: {line!r}")
            if line.strip():
                return line.strip().decode()

    def ask(self, command):
        """The lines of the answer; the last is its result."""
        self.port.write(command.encode() + b"\r")
        lines = [self.line()]
        while lines[-1] != "OK" and "ERROR" not in lines[-1]:
            lines.append(self.line())
        return lines


@pytest.fixture
def broker():
    broker = Broker()
    yield broker
    broker.stop()


@pytest.fixture
def modem(tmp_path):
    # The trace is kept with the test's other files: AT lines and MQTT packets.
    words = ["mqmodem", "serve", "--pty", "--trace", str(tmp_path / "trace.log")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        # It says where it serves as soon as it does.
        modem = Modem(process.stdout.readline().strip())
        yield modem
        modem.port.close()
        process.terminate()
