package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.cpu.core.Mode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What host code each form of instruction becomes that has an emitter: a form is a mnemonic with
 * operands of some kind and width. What is emitted alike is written once.
 */
final class Listing {
    private static final long STUBS = 0x10_0000;
    private static final long CODE = 0x20_0000;
    private static final int WIDTH = 100;

    /** Stands for the mnemonic in what is compared. */
    private static final String MNEMONIC = "\u2022";

    private static final int[] PREFIXES = {0, 0x66, 0xF3, 0xF2, 0xF0};
    private static final int[] REGISTERS_FIRST = {1, 0, 2, 3, 4, 5, 6, 7};
    private static final int MEMORY = 0x43; // [rbx+8]
    private static final int REGISTER = 0xC3; // ebx, as r/m
    private static final int[] OPERAND_BYTES = {1, 2, 4, 8, 10, 16, 32};

    private static final int USER64 =
            2
                    | 2 << Mode.STACK_SHIFT
                    | Mode.FLAT
                    | Mode.USER
                    | Mode.X87
                    | Mode.SSE
                    | Mode.AVX
                    | Mode.LONG;
    private static final int KERNEL64 = USER64 & ~Mode.USER | 1 << Mode.TLB_SHIFT;
    private static final int REAL16 = Mode.REAL;
    private static final int USER32 =
            1 | 1 << Mode.STACK_SHIFT | Mode.FLAT | Mode.USER | Mode.X87 | Mode.SSE | Mode.AVX;

    /** 64-bit code, in which other registers and addresses are seen. */
    private static final String[] MORE = {
        "8b4308", // mov eax,[rbx+8]
        "488b448b08", // mov rax,[rbx+rcx*4+8]
        "8b0500010000", // mov eax,[rip+100h]
        "8b042500010000", // mov eax,[100h]
        "678b4308", // mov eax,[ebx+8]
        "648b4308", // mov eax,fs:[rbx+8]
        "478b540a08", // mov r10d,[r10+r9+8]
        "8b442408", // mov eax,[rsp+8]
        "8b4508", // mov eax,[rbp+8]
        "4d89d7", // mov r15,r10
        "4501d7", // add r15d,r10d
        "4500d7", // add r15b,r10b
        "664501d7", // add r15w,r10w
        "41d3ff", // sar r15d,cl
        "4d0fafd7", // imul r10,r15
        "4187db", // xchg r11d,ebx
        "450fb6d7", // movzx r10d,r15b
        "88e3", // mov bl,ah
        "00fc", // add ah,bh
        "48b8efcdab8967452301", // mov rax,123456789abcdefh
        "48c7430878563412", // mov qword [rbx+8],12345678h
        "4152", // push r10
        "415f", // pop r15
        "5c", // pop rsp
        "ff7308", // push [rbx+8]
        "e8fb0f0000", // call to another page
        "e9fb0f0000", // jmp to another page
    };

    /** 32-bit code. */
    private static final String[] CODE32 = {
        "8b4308",
        "8b448b08",
        "01d8",
        "50",
        "58",
        "c9",
        "c3",
        "c20800",
        "e8fb000000",
        "ffd3",
        "ffe3",
        "eb10",
        "7410",
        "a5",
        "f3a5",
        "0f01f9", // rdtscp
    };

    /** 16-bit code of real mode, where segments have bases and limits. */
    private static final String[] CODE16 = {
        "8b00", // mov ax,[bx+si]
        "268907", // mov es:[bx],ax
        "668b4604", // mov eax,[bp+4]
        "67668b04b3", // mov eax,[ebx+esi*4]
        "8d4708", // lea ax,[bx+8]
        "50", // push ax
        "6650", // push eax
        "58", // pop ax
        "9d", // popf
        "669d", // popfd
        "c9", // leave
        "c3", // ret
        "e8fb00", // call
        "ffe3", // jmp bx
        "eb10", // jmp
        "7410", // jz
        "e2fe", // loop
        "e310", // jcxz
    };

    private final HostCode code = new HostCode();
    private final HostFeatures host =
            new HostFeatures(CpuModel.X86_64_V3, CpuModel.X86_64_V3.features());
    private final Map<Long, String> names = new HashMap<>();
    private final HostText text = new HostText(names);
    private final StringBuilder to = new StringBuilder();
    private final Map<String, List<String>> accesses = new LinkedHashMap<>();
    private final Stubs stubs;

    private Listing() {
        code.begin(STUBS);
        stubs = new Stubs(code, host);
        names.put(stubs.exit, "exit");
        names.put(stubs.flags, "flags");
        names.put(stubs.vectors, "vectors");
        names.put(stubs.fpu, "fpu");
        names.put(stubs.time, "time");
        for (long each : stubs.lookUp) {
            names.put(each, "look up");
        }
        for (long each : stubs.link) {
            names.put(each, "link");
        }
        for (long[] each : stubs.refill) {
            names.put(each[0], "refill");
            names.put(each[1], "refill");
        }
    }

    static String write() {
        Listing listing = new Listing();
        listing.everything();
        return listing.to.toString();
    }

    private void line(String line) {
        to.append(line.stripTrailing()).append('\n');
    }

    private void heading(String title) {
        line("");
        line("== " + title);
        line("");
    }

    private void everything() {
        line("What translated code is made of, as the listing test writes it: see Listing.");
        line("Host instructions are indented. [guest r10], [RIP] and so on are in the state;");
        line("r10, r11 and r15 are temporaries, r12 to r14 the guest's RSP, RBP and R12.");
        heading("Memory: the host address of r10, a linear address, in r10");
        for (boolean store : new boolean[] {false, true}) {
            for (int bytes : OPERAND_BYTES) {
                access(bytes, store);
            }
        }
        heading("A unit's entry");
        entry("without vectors", false, false);
        entry("with vector registers", true, false);
        entry("with x87 registers", false, true);
        heading("Registers and addresses");
        for (String each : MORE) {
            one(KERNEL64, HexFormat.of().parseHex(each));
        }
        heading("32-bit code");
        for (String each : CODE32) {
            one(USER32, HexFormat.of().parseHex(each));
        }
        heading("16-bit code");
        for (String each : CODE16) {
            one(REAL16, HexFormat.of().parseHex(each));
        }
        heading("All forms");
        forms();
    }

    private void access(int bytes, boolean store) {
        Emission emission = emission(KERNEL64);
        code.begin(CODE);
        emission.next(0, 1, FlagUse.NONE, true, true);
        emission.addressing.access(bytes, store);
        int inLine = code.length();
        code.u8(0x90);
        emission.finishUnit();
        List<String> lines = text.lines(code.bytes(), inLine, CODE, CODE + inLine);
        String name = "access %d bytes, to %s".formatted(bytes, store ? "write" : "read");
        accesses.put(name, lines);
        if (bytes == 1 || bytes == 4) {
            line(name);
            lines.forEach(each -> line("    " + each));
        }
    }

    private void entry(String name, boolean vectors, boolean fpu) {
        Emission emission = emission(KERNEL64);
        code.begin(CODE);
        if (vectors) {
            emission.useVectors();
        }
        if (fpu) {
            emission.useFpu();
        }
        emission.entry(Exit.LEAVE, 1);
        int inLine = code.length();
        code.u8(0x90);
        emission.finishUnit();
        line(name);
        text.lines(code.bytes(), inLine, CODE, CODE + inLine).forEach(each -> line("    " + each));
    }

    private Emission emission(int mode) {
        Emission.Exits exits =
                new Emission.Exits() {
                    @Override
                    public int interpret(int start, Exit.Cause cause) {
                        return 0;
                    }

                    @Override
                    public int link(int place) {
                        return 0;
                    }

                    @Override
                    public void resumesAt(int exit, long address) {}

                    @Override
                    public int dead() {
                        return 0;
                    }
                };
        Emission emission = new Emission(code, stubs, host, exits, mode, 0, false, false);
        return emission;
    }

    private static Instruction decode(int mode, byte[] bytes) {
        return Decoder.decode(Mode.codeMode(mode), bytes, 0, bytes.length) instanceof Instruction i
                ? i
                : null;
    }

    /** What an instruction becomes; null if it has no emitter. */
    private List<String> emitted(int mode, byte[] bytes, Instruction i) {
        Emission emission = emission(mode);
        if (!Emitters.has(i, emission)) {
            return null;
        }
        code.begin(CODE);
        emission.guest(bytes);
        if (Emitters.usesVectors(i)) {
            emission.useVectors();
        }
        if (Emitters.usesFpu(i)) {
            emission.useFpu();
        }
        emission.next(0, i.length(), FlagUse.of(i), true, true);
        new Emitters(emission).emit(i);
        emission.finish();
        int inLine = code.length();
        code.u8(0x90); // so that what leads to the end does not seem to lead behind it
        emission.finishUnit();
        return folded(text.lines(code.bytes(), inLine, CODE, CODE + inLine));
    }

    /** With a line for each access to memory. */
    private List<String> folded(List<String> lines) {
        List<String> result = new ArrayList<>(lines);
        accesses.forEach((name, access) -> {
            for (int at; (at = Collections.indexOfSubList(result, access)) >= 0; ) {
                result.subList(at, at + access.size()).clear();
                result.add(at, name);
            }
        });
        return result;
    }

    private void one(int mode, byte[] bytes) {
        Instruction i = decode(mode, bytes);
        List<String> lines = emitted(mode, bytes, i);
        line(Disassembler.format(i, 0));
        if (lines == null) {
            line("    is interpreted");
        } else {
            lines.forEach(each -> line("    " + each));
        }
    }

    // All forms.

    private record Form(String text, String mnemonic) {}

    private void forms() {
        Map<String, Form> firsts = new TreeMap<>();
        Map<String, List<String>> alike = new LinkedHashMap<>();
        for (boolean vex : new boolean[] {false, true}) {
            for (int prefix : PREFIXES) {
                for (int map = vex ? 1 : 0; map < 4; map++) {
                    for (int bits = 0; bits < (vex ? 4 : 2); bits++) {
                        for (int opcode = 0; opcode < 256; opcode++) {
                            forms(firsts, vex, prefix, map, bits, opcode);
                        }
                    }
                }
            }
        }
        Map<String, String> headings = new LinkedHashMap<>();
        firsts.forEach((key, form) -> {
            String shape = form.text.replaceAll("\\b" + form.mnemonic + "\\b", MNEMONIC);
            headings.putIfAbsent(shape, form.text);
            alike.computeIfAbsent(shape, _ -> new ArrayList<>()).add(form.mnemonic);
        });
        alike.forEach((shape, mnemonics) -> {
            line(headings.get(shape).stripTrailing());
            if (mnemonics.size() > 1) {
                likewise(mnemonics.subList(1, mnemonics.size()));
            }
        });
    }

    private void likewise(List<String> mnemonics) {
        StringBuilder line = new StringBuilder("  likewise");
        for (String each : mnemonics) {
            if (line.length() + each.length() + 1 > WIDTH) {
                line(line.toString());
                line = new StringBuilder("          ");
            }
            line.append(' ').append(each);
        }
        line(line.toString());
    }

    /** As the disassembler writes it, without prefixes. */
    private static String mnemonic(String text) {
        int from = text.startsWith("lock ") || text.startsWith("rep ") ? text.indexOf(' ') + 1 : 0;
        int to = text.indexOf(' ', from);
        return text.substring(from, to < 0 ? text.length() : to);
    }

    private void forms(
            Map<String, Form> firsts, boolean vex, int prefix, int map, int bits, int opcode) {
        for (int register : REGISTERS_FIRST) {
            for (int modRm : new int[] {REGISTER, MEMORY}) {
                byte[] bytes = bytes(vex, prefix, map, bits, opcode, modRm | register << 3);
                Instruction i = decode(KERNEL64, bytes);
                if (i == null || i.has(Instruction.SEGMENT_OVERRIDE)) {
                    continue;
                }
                String key = key(i);
                if (firsts.containsKey(key)) {
                    continue;
                }
                List<String> lines = emitted(KERNEL64, bytes, i);
                if (lines == null) {
                    continue;
                }
                String guest = Disassembler.format(i, 0);
                StringBuilder form = new StringBuilder(guest).append('\n');
                lines.forEach(each -> form.append("    ").append(each).append('\n'));
                firsts.put(key, new Form(form.toString(), mnemonic(guest)));
            }
        }
    }

    private static byte[] bytes(boolean vex, int prefix, int map, int bits, int opcode, int modRm) {
        byte[] bytes = new byte[Decoder.MAX_BYTES];
        int n = 0;
        if (vex) {
            int pp = prefix == 0x66 ? 1 : prefix == 0xF3 ? 2 : prefix == 0xF2 ? 3 : 0;
            bytes[n++] = (byte) 0xC4;
            bytes[n++] = (byte) (0xE0 | map);
            bytes[n++] = (byte) ((bits & 1) << 7 | (~2 & 15) << 3 | (bits & 2) << 1 | pp);
        } else {
            if (prefix != 0) {
                bytes[n++] = (byte) prefix;
            }
            if ((bits & 1) != 0) {
                bytes[n++] = 0x48;
            }
            if (map > 0) {
                bytes[n++] = 0x0F;
            }
            if (map > 1) {
                bytes[n++] = (byte) (map == 2 ? 0x38 : 0x3A);
            }
        }
        bytes[n++] = (byte) opcode;
        bytes[n++] = (byte) modRm;
        while (n < bytes.length) {
            bytes[n++] = 8;
        }
        return bytes;
    }

    private static String key(Instruction i) {
        StringBuilder key = new StringBuilder(i.mnemonic().name());
        for (Operand each : i.operands()) {
            key.append(' ')
                    .append(
                            switch (each) {
                                case Operand.Register register -> register.kind().name();
                                case Operand.Memory memory -> "memory" + memory.bytes();
                                case Operand.Immediate immediate -> "immediate" + immediate.bytes();
                                case Operand.Relative relative -> "relative" + relative.bytes();
                                case Operand.FarPointer _ -> "far";
                            });
        }
        key.append(i.has(Instruction.LOCK) ? " lock" : "");
        key.append(i.has(Instruction.REP) && isString(i) ? " rep" : "");
        return key.toString();
    }

    private static boolean isString(Instruction i) {
        return switch (i.mnemonic()) {
            case MOVS, STOS, LODS, CMPS, SCAS -> true;
            default -> false;
        };
    }
}
