"""What the host does when all is well, and when the broker goes away."""


def connect(modem, broker):
    assert modem.ask(f"AT+MQTTCONFIG=127.0.0.1,{broker.port},pump-7,1,60") == ["OK"]
    assert modem.ask("AT+MQTTCONNECT") == ["+MQTTCONNECT:0", "OK"]


def test_a_message_reaches_the_broker(modem, broker):
    connect(modem, broker)
    assert modem.ask('AT+MQTTPUB="pump/7/level",1,1,"37"') == ["OK"]
    assert broker.retained("pump/7/level") == b"37"


def test_a_message_reaches_the_host(modem, broker):
    connect(modem, broker)
    assert modem.ask('AT+MQTTSUB="pump/7/set",1') == ["OK"]
    broker.publish("pump/7/set", "40")
    assert modem.line() == '+MQTTRECV:"pump/7/set",1,0,2,40'


def test_the_broker_goes_away_and_comes_back(modem, broker):
    connect(modem, broker)
    broker.stop()
    assert modem.line() == "+MQTTDISCONNECTED:24"
    assert modem.ask('AT+MQTTPUB="pump/7/level",1,0,"37"') == ["ERROR"]
    # 21: nobody listens there.
    assert modem.ask("AT+MQTTCONNECT") == ["+MQTTCONNECT:21", "ERROR"]
    broker.start()
    assert modem.ask("AT+MQTTCONNECT") == ["+MQTTCONNECT:0", "OK"]
