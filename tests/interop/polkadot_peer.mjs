// The real polkadot-js keyring: opens exports of ours, and makes some for us to open.
//
// node polkadot_peer.mjs FOLDER_WITH_NODE_MODULES  <  one JSON object  >  one JSON object
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const require = createRequire(join(process.argv[2], 'package.json'));
const { Keyring } = require('@polkadot/keyring');
const { hexToU8a, u8aToHex } = require('@polkadot/util');
const { createKeyMulti, cryptoWaitReady, encodeAddress, evmToAddress } = require('@polkadot/util-crypto');

await cryptoWaitReady();
const asked = JSON.parse(await text(process.stdin));
const message = hexToU8a(asked.message);
const keyring = new Keyring({ ss58Format: 42 });

function open({ content, passphrase }) {
  try {
    const pair = keyring.createFromJson(JSON.parse(content));
    pair.decodePkcs8(passphrase ?? undefined);
    const { address, type, meta } = pair;
    return { address, type, meta, signature: u8aToHex(pair.sign(message)) };
  } catch (error) {
    return { refused: error.message };
  }
}

function make({ uri, type, passphrase }) {
  const pair = keyring.createFromUri(uri, { name: 'theirs' }, type);
  const signature = u8aToHex(pair.sign(message));
  return { content: JSON.stringify(pair.toJson(passphrase ?? undefined)), address: pair.address, signature };
}

process.stdout.write(JSON.stringify({
  opened: asked.open.map(open),
  made: asked.make.map(make),
  multisig: encodeAddress(createKeyMulti(asked.signatories, asked.threshold), 42),
  mirror: evmToAddress(asked.h160, 42),
}));
