#!/bin/sh
# chat(8) of pppd: what dial-up scripts have been written in for thirty years.
# It reads byte by byte and knows nothing but the words it waits for.
set -eu

exec chat -v -s -t 10 \
    ABORT ERROR \
    '' ATZ \
    OK ATE0 \
    OK 'AT+CGMM;+CPIN?' \
    'READY' '\c' \
    OK "AT+MQTTCONFIG=127.0.0.1,$BROKER,$HOST,1,60" \
    OK AT+MQTTCONNECT \
    '+MQTTCONNECT:0' '\c' \
    OK "AT+MQTTSUB=\"hosts/$HOST/in\",1" \
    OK '\c' \
    "+MQTTRECV:\"hosts/$HOST/in\",1,1,8,for chat" "AT+MQTTPUB=\"hosts/$HOST/out\",1,1,\"from $HOST\"" \
    OK AT+MQTTDISCONNECT \
    OK '\c' <>"$MODEM" >&0
