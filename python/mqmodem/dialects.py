"""How a host of each command set connects and publishes: one row each."""

import re
from dataclasses import dataclass
from typing import Dict, Optional, Tuple


@dataclass(frozen=True)
class Step:
    """A line of the host. The braces in it are filled."""

    line: str
    data: Optional[str] = None
    """What the host sends behind a prompt."""
    event: Optional[str] = None
    """What the module says behind `OK`: a pattern of what may come, with what it says in a group."""
    good: str = "0"
    """What stands in that group where all is well."""


Steps = Tuple[Step, ...]


@dataclass(frozen=True)
class Words:
    """What a host says. `{client}` and the like stand for what it connects to and publishes."""

    connect: Steps
    publish: Steps
    disconnect: Steps
    acknowledged: Tuple[Steps, Steps, Steps] = ((), (), ())
    """What the module says of a message later, by QoS: steps without a line."""


_SAME_UBLOX = (
    Step('AT+UMQTT=0,"{client}"'),
    Step('AT+UMQTT=2,"{host}",{port}'),
    Step("AT+UMQTT=10,{keepalive}"),
    Step("AT+UMQTT=12,{clean}"),
)

_ALL = {
    "native": Words(
        connect=(
            Step("AT+MQTTCONFIG={host},{port},{client},{clean},{keepalive}"),
            Step("AT+MQTTCONNECT"),
        ),
        publish=(Step('AT+MQTTPUB="{topic}",{qos},{retain},"{payload}"'),),
        disconnect=(Step("AT+MQTTDISCONNECT"),),
    ),
    "esp-at": Words(
        connect=(
            Step('AT+MQTTUSERCFG=0,1,"{client}","","",0,0,""'),
            Step('AT+MQTTCONNCFG=0,{keepalive},{kept},"","",0,0'),
            Step('AT+MQTTCONN=0,"{host}",{port},0'),
        ),
        publish=(Step('AT+MQTTPUB=0,"{topic}","{payload}",{qos},{retain}'),),
        disconnect=(Step("AT+MQTTCLEAN=0"),),
    ),
    "luat": Words(
        connect=(
            Step('AT+MCONFIG="{client}"'),
            Step('AT+MIPSTART="{host}","{port}"', event="CONNECT (OK|FAIL)", good="OK"),
            Step("AT+MCONNECT={clean},{keepalive}", event="(CONNACK OK|CLOSED)", good="CONNACK OK"),
        ),
        publish=(Step('AT+MPUB="{topic}",{qos},{retain},"{payload}"'),),
        disconnect=(Step("AT+MDISCONNECT"), Step("AT+MIPCLOSE")),
        acknowledged=(
            (),
            (Step("", event="(PUBACK)", good="PUBACK"),),
            (Step("", event="(PUBCOMP)", good="PUBCOMP"),),
        ),
    ),
    "nordic": Words(
        connect=(
            Step('AT#XMQTTCFG="{client}",{keepalive},{clean}'),
            Step('AT#XMQTTCON=1,"","","{host}",{port}', event="#XMQTTEVT: 0,(.*)"),
        ),
        publish=(Step('AT#XMQTTPUB="{topic}","{payload}",{qos},{retain}'),),
        disconnect=(Step("AT#XMQTTCON=0", event="#XMQTTEVT: 1,(.*)"),),
        acknowledged=(
            (),
            (Step("", event="#XMQTTEVT: 3,(.*)"),),
            (Step("", event="#XMQTTEVT: 6,(.*)"),),
        ),
    ),
    "quectel": Words(
        connect=(
            Step('AT+QMTCFG="session",0,{clean}'),
            Step('AT+QMTCFG="keepalive",0,{keepalive}'),
            Step('AT+QMTOPEN=0,"{host}",{port}', event=r"\+QMTOPEN: 0,(.*)"),
            Step('AT+QMTCONN=0,"{client}"', event=r"\+QMTCONN: 0,(.*)", good="0,0"),
        ),
        publish=(
            Step(
                'AT+QMTPUB=0,{id},{qos},{retain},"{topic}",{length}',
                data="{payload}",
                event=r"\+QMTPUB: 0,{id},(.*)",
            ),
        ),
        disconnect=(Step("AT+QMTDISC=0", event=r"\+QMTDISC: 0,(.*)"),),
    ),
    "simcom": Words(
        connect=(
            Step("AT+CMQTTSTART", event=r"\+CMQTTSTART: (.*)"),
            Step('AT+CMQTTACCQ=0,"{client}"'),
            Step(
                'AT+CMQTTCONNECT=0,"tcp://{host}:{port}",{keepalive},{clean}',
                event=r"\+CMQTTCONNECT: 0,(.*)",
            ),
        ),
        publish=(
            Step("AT+CMQTTTOPIC=0,{topic_length}", data="{topic}"),
            Step("AT+CMQTTPAYLOAD=0,{length}", data="{payload}"),
            Step("AT+CMQTTPUB=0,{qos},60,{retain}", event=r"\+CMQTTPUB: 0,(.*)"),
        ),
        disconnect=(
            Step("AT+CMQTTDISC=0,60", event=r"\+CMQTTDISC: 0,(.*)"),
            Step("AT+CMQTTREL=0"),
            Step("AT+CMQTTSTOP", event=r"\+CMQTTSTOP: (.*)"),
        ),
    ),
    "simcom-sm": Words(
        connect=(
            Step('AT+SMCONF="CLIENTID","{client}"'),
            Step('AT+SMCONF="URL","{host}",{port}'),
            Step('AT+SMCONF="KEEPTIME",{keepalive}'),
            Step('AT+SMCONF="CLEANSS",{clean}'),
            Step("AT+SMCONN"),
        ),
        publish=(Step('AT+SMPUB="{topic}",{length},{qos},{retain}', data="{payload}"),),
        disconnect=(Step("AT+SMDISC"),),
    ),
    "ublox": Words(
        connect=(*_SAME_UBLOX, Step("AT+UMQTTC=1", event=r"\+UUMQTTC: 1,(.*)", good="1")),
        publish=(
            Step(
                'AT+UMQTTC=2,{qos},{retain},0,"{topic}","{payload}"',
                event=r"\+UUMQTTC: 2,(.*)",
                good="1",
            ),
        ),
        disconnect=(Step("AT+UMQTTC=0", event=r"\+UUMQTTC: 0,(.*)", good="1"),),
    ),
    "ublox:sara-r410m": Words(
        connect=(*_SAME_UBLOX, Step("AT+UMQTTC=1", event=r"\+UUMQTTC: 1,(.*)")),
        publish=(Step('AT+UMQTTC=2,{qos},{retain},"{topic}","{payload}"'),),
        disconnect=(Step("AT+UMQTTC=0"),),
    ),
}


def words_of(dialect: str) -> Words:
    """The words of a dialect, else those of its name, whichever the model."""
    name = dialect.lower()
    words = _ALL.get(name) or _ALL.get(name.split(":")[0])
    if words is None:
        raise ValueError(f"how a host of {dialect} connects and publishes is not known; use ask()")
    return words


def filled(step: Step, values: Dict[str, str]) -> Step:
    """A step with these values in it."""
    event = {key: re.escape(value) for key, value in values.items()}
    return Step(
        step.line.format(**values),
        data=step.data and step.data.format(**values),
        event=step.event and step.event.format(**event),
        good=step.good,
    )
