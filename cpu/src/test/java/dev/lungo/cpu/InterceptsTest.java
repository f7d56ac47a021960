package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Mnemonic;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterceptsTest {
    private final Rig rig = Rig.stepwise();
    private final List<Mnemonic> asked = new ArrayList<>();
    private long detail;

    @BeforeEach
    void start() {
        rig.longMode(0).handlers();
        rig.cpu.system.cr4 |= Cr4.OSXSAVE;
        rig.cpu.intercepts =
                (instruction, about) -> {
                    asked.add(instruction.mnemonic());
                    detail = about;
                };
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void run(String code) {
        byte[] bytes = HexFormat.of().parseHex(code);
        int[] unsigned = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            unsigned[i] = bytes[i] & 0xFF;
        }
        rig.code(unsigned);
        rig.register(Rig.RAX, 0);
        rig.register(Rig.RBX, 0x7000);
        rig.register(Rig.RCX, 0x1D9);
        rig.register(Rig.RDX, 0);
        rig.run(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0FA2,       CPUID,  0",
        "0F31,       RDTSC,  0",
        "0F01F9,     RDTSCP, 0",
        "0F33,       RDPMC,  1D9",
        "0F32,       RDMSR,  1D9",
        "0F30,       WRMSR,  1D9",
        "0F06,       CLTS,   0",
        "0F08,       INVD,   0",
        "0F09,       WBINVD, 0",
        "0F0133,     LMSW,   0",
        "0F0123,     SMSW,   0",
        "0F013B,     INVLPG, 7000",
        "66660F388203, INVPCID, 0",
        "0F20C0,     MOV,    0",
        "0F22D0,     MOV,    0",
        "0F21F8,     MOV,    0",
        "0F23F0,     MOV,    0",
        "E460,       IN,     60",
        "E680,       OUT,    80",
        "0F01D1,     XSETBV, 0",
        "0FC71B,     XRSTORS, 0",
        "0FC72B,     XSAVES, 0",
        "0FC7F0,     RDRAND, 0",
        "0FC7F8,     RDSEED, 0",
        "F390,       PAUSE,  0",
        "0F0103,     SGDT,   0",
        "0F010B,     SIDT,   0",
        "0F0113,     LGDT,   0",
        "0F011B,     LIDT,   0",
        "0F00C0,     SLDT,   0",
        "0F00C8,     STR,    0",
        "0F00D0,     LLDT,   0",
        "F4,         HLT,    0",
    })
    void whatCanBeInterceptedAsks(String code, Mnemonic mnemonic, String about) {
        if (mnemonic == Mnemonic.HLT) {
            rig.code(0xF4);
            rig.run();
        } else {
            run(code);
        }

        assertThat(asked).containsExactly(mnemonic);
        assertThat(detail).isEqualTo(Long.parseLong(about, 16));
    }

    @Test
    void privilegeComesFirst() {
        rig.longMode(3).handlers();

        run("0F32");

        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsInterceptedChangesNothing() {
        rig.cpu.intercepts =
                (_, _) -> {
                    throw rig.cpu.fault(ExceptionVector.UD, 0); // in place of a VM exit
                };

        run("0FA2");

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(6));
        assertThat(rig.get64(rig.register(Rig.RSP))).isEqualTo(Rig.CODE);
        assertThat(rig.register(Rig.RBX)).isEqualTo(0x7000);
    }
}
