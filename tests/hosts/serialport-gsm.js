// serialport-gsm: sets an SMS modem up and queues what it is asked. It tells the
// answer to a command by the echo in front of it.
const gsm = require('serialport-gsm')
const assert = require('node:assert')

const { MODEM, BROKER, HOST } = process.env

const modem = gsm.Modem()

// Its own set-up: ATZ, ATE1, +CPIN?, AT+CMEE=1;+CREG=2. The switch to PDU mode is
// SMS, which this modem does not have, and not part of it.
async function setUp() {
  const options = { baudRate: 115200, incomingSMSIndication: false, incomingCallIndication: false }
  await modem.open(MODEM, options)
  assert.strictEqual((await modem.initializeModem()).status, 'success')
  const serial = await modem.getModemSerial()
  assert.match(serial.data.modemSerial, /^\d{15}$/)
  const signal = await modem.getNetworkSignal()
  assert.ok(Number(signal.data.signalQuality) > 0)
}

async function ask(command, result) {
  const answer = await modem.executeCommand(command, undefined, false, 10000)
  console.log(command, answer.data)
  assert.strictEqual(answer.data.result, result)
}

function message() {
  return new Promise((process) => {
    const match = (line) => line.startsWith('+MQTTRECV:')
    modem.addListener({ match, process })
  })
}

async function main() {
  await setUp()
  const received = message()
  await ask(`AT+MQTTCONFIG=127.0.0.1,${BROKER},${HOST},1,60`, 'OK')
  await ask('AT+MQTTCONNECT', '0')
  await ask(`AT+MQTTSUB="hosts/${HOST}/in",1`, 'OK')
  assert.strictEqual(await received, `+MQTTRECV:"hosts/${HOST}/in",1,1,18,for ${HOST}`)
  await ask(`AT+MQTTPUB="hosts/${HOST}/out",1,1,"from ${HOST}"`, 'OK')
  await ask('AT+MQTTDISCONNECT', 'OK')
  await modem.close()
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
