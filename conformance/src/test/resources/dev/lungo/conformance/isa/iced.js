// Answers decode requests with iced-x86's text. Standard input: records of 16 bytes, the code's
// bits (16, 32, 64) and 15 bytes of code. Standard output: a line each, "INVALID" or length and text.
const { Decoder, DecoderOptions, Formatter, FormatterSyntax, MemorySizeOptions } =
    require(process.argv[2] + "/node_modules/iced-x86");
const fs = require("fs");

const formatter = new Formatter(FormatterSyntax.Intel);
formatter.spaceAfterOperandSeparator = false;
formatter.hexPrefix = "0x";
formatter.hexSuffix = "";
formatter.uppercaseHex = false;
formatter.branchLeadingZeros = false;
formatter.smallHexNumbersInDecimal = false;
formatter.showBranchSize = false;
formatter.ripRelativeAddresses = true;
formatter.memorySizeOptions = MemorySizeOptions.Always;
formatter.alwaysShowScale = true;
formatter.signedImmediateOperands = false;
formatter.usePseudoOps = false;

function answer(bits, code) {
    const decoder = new Decoder(bits, code, DecoderOptions.None);
    const instruction = decoder.decode();
    const text = instruction.isInvalid
        ? "INVALID"
        : instruction.length + " " + formatter.format(instruction);
    instruction.free();
    decoder.free();
    return text;
}

let pending = Buffer.alloc(0);
const chunk = Buffer.alloc(1 << 16);
for (;;) {
    let count;
    try {
        count = fs.readSync(0, chunk);
    } catch (e) {
        if (e.code === "EAGAIN") continue;
        throw e;
    }
    if (count === 0) break;
    pending = Buffer.concat([pending, chunk.subarray(0, count)]);
    const lines = [];
    let at = 0;
    for (; at + 16 <= pending.length; at += 16) {
        lines.push(answer(pending[at], pending.subarray(at + 1, at + 16)) + "\n");
    }
    pending = pending.subarray(at);
    let out = Buffer.from(lines.join(""));
    while (out.length > 0) {
        try {
            out = out.subarray(fs.writeSync(1, out));
        } catch (e) {
            if (e.code !== "EAGAIN") throw e;
        }
    }
}
