// serialport for node, with the parser its users reach for first: lines.
const { SerialPort, ReadlineParser } = require('serialport')
const { once } = require('node:events')
const assert = require('node:assert')

const { MODEM, BROKER, HOST } = process.env

async function main() {
  const port = new SerialPort({ path: MODEM, baudRate: 115200, autoOpen: false })
  await new Promise((done, failed) => port.open((error) => (error ? failed(error) : done())))
  const lines = port.pipe(new ReadlineParser({ delimiter: '\r\n' }))
  const came = []
  lines.on('data', (line) => line && came.push(line) && lines.emit('came'))

  async function expect(...wanted) {
    for (const want of wanted) {
      while (!came.length) await once(lines, 'came')
      const line = came.shift()
      console.log(line)
      assert.strictEqual(line, want)
    }
  }
  async function ask(command, ...answer) {
    port.write(`${command}\r\n`)
    await expect(...answer)
  }

  await ask('ATE0', 'ATE0\r', 'OK')
  await ask('AT+CGMI;+CGMM', 'mqmodem', 'mqmodem', 'OK')
  await ask(`AT+MQTTCONFIG=127.0.0.1,${BROKER},${HOST},1,60`, 'OK')
  await ask('AT+MQTTCONNECT', '+MQTTCONNECT:0', 'OK')
  await ask(`AT+MQTTSUB="hosts/${HOST}/in",1`, 'OK')
  await expect(`+MQTTRECV:"hosts/${HOST}/in",1,1,14,for ${HOST}`)
  await ask(`AT+MQTTPUB="hosts/${HOST}/out",1,1,"from ${HOST}"`, 'OK')
  await ask('AT+MQTTDISCONNECT', 'OK')
  await new Promise((done) => port.close(done))
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
