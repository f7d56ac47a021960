package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Rflags;
import dev.lungo.isa.Width;
import dev.lungo.machine.PortDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final int[] IN_AL_IMM = {0xE4, 0x60};
    private static final int[] IN_EAX_DX = {0xED};
    private static final int[] OUT_DX_AX = {0x66, 0xEF};
    private static final int[] REP_INSB = {0xF3, 0x6C};
    private static final int[] REP_OUTSW = {0xF3, 0x66, 0x6F};
    private static final int[] OUTSB_ADDR16 = {0x67, 0x6E};

    private static final int PORT = 0x60;
    private static final int GP = 13;
    private static final int PF = 14;

    private final Rig rig = Rig.stepwise();
    private final List<String> seen = new ArrayList<>();
    private int next = 0x11;

    @BeforeEach
    void connect() {
        rig.ports.map(
                PORT,
                4,
                new PortDevice() {
                    @Override
                    public int read(int offset) {
                        return next++;
                    }

                    @Override
                    public int read(int offset, Width width) {
                        seen.add("read " + width);
                        return width == Width.BYTE ? next++ : 0x8765_4321;
                    }

                    @Override
                    public void write(int offset, int value) {
                        seen.add(Integer.toHexString(value));
                    }

                    @Override
                    public void write(int offset, Width width, int value) {
                        seen.add(width + " " + Integer.toHexString(value));
                    }
                });
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void run(int... code) {
        rig.code(code);
        rig.run(1);
    }

    @Test
    void inLeavesTheRestOfANarrowRegister() {
        rig.longMode(0).handlers();
        rig.register(Rig.RAX, -1);

        run(IN_AL_IMM);

        assertThat(rig.register(Rig.RAX)).isEqualTo(0xFFFF_FFFF_FFFF_FF11L);
    }

    @Test
    void inClearsTheUpperHalfOfRax() {
        rig.longMode(0).handlers();
        rig.register(Rig.RAX, -1);
        rig.register(Rig.RDX, PORT);

        run(IN_EAX_DX);

        assertThat(rig.register(Rig.RAX)).isEqualTo(0x8765_4321L);
    }

    @Test
    void outWritesAsManyBytesAsItHas() {
        rig.longMode(0).handlers();
        rig.register(Rig.RAX, 0x1234_5678);
        rig.register(Rig.RDX, 0xFFFF_0000L | PORT);

        run(OUT_DX_AX);

        assertThat(seen).containsExactly("WORD 5678");
    }

    @Test
    void repeatedInsStoresWhereRdiGoes() {
        rig.longMode(0).handlers();
        rig.register(Rig.RDX, PORT);
        rig.register(Rig.RDI, 0x7000);
        rig.register(Rig.RCX, 3);

        rig.code(REP_INSB);
        rig.run(3); // each iteration is a step

        assertThat(rig.get32(0x7000)).isEqualTo(0x131211);
        assertThat(rig.register(Rig.RDI)).isEqualTo(0x7003);
        assertThat(rig.register(Rig.RCX)).isZero();
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + REP_INSB.length);
    }

    @Test
    void repeatedOutsGoesDownWithTheDirectionFlag() {
        rig.longMode(0).handlers();
        rig.flags(Rflags.DF);
        rig.put32(0x7000, 0x2222_1111);
        rig.register(Rig.RDX, PORT);
        rig.register(Rig.RSI, 0x7002);
        rig.register(Rig.RCX, 2);

        rig.code(REP_OUTSW);
        rig.run(2);

        assertThat(seen).containsExactly("WORD 2222", "WORD 1111");
        assertThat(rig.register(Rig.RSI)).isEqualTo(0x6FFE);
    }

    @Test
    void aCountOfZeroDoesNothing() {
        rig.longMode(0).handlers();
        rig.register(Rig.RDX, PORT);

        run(REP_INSB);

        assertThat(seen).isEmpty();
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + REP_INSB.length);
    }

    @Test
    void sixteenBitAddressesWrap() {
        rig.protectedMode(0).handlers();
        rig.bytes(0xFFFF, 0x5A);
        rig.register(Rig.RDX, PORT);
        rig.register(Rig.RSI, 0x1_FFFF);

        run(OUTSB_ADDR16);

        assertThat(seen).containsExactly("BYTE 5a");
        assertThat(rig.register(Rig.RSI)).isEqualTo(0x1_0000);
    }

    @Test
    void insThatCannotStoreDoesNotRead() {
        rig.longMode(3).handlers();
        rig.flags(Rflags.IOPL);
        rig.register(Rig.RDX, PORT);
        rig.register(Rig.RDI, 0x40_0000); // the supervisor's
        rig.register(Rig.RCX, 1);

        run(REP_INSB);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(PF));
        assertThat(seen).isEmpty();
        assertThat(rig.register(Rig.RCX)).isEqualTo(1);
    }

    @Test
    void programsNeedIoplOrTheBitMap() {
        rig.longMode(3).handlers();
        rig.put16(Rig.TSS + 0x66, 0x68); // just behind the TSS: no bit map

        run(IN_AL_IMM);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(GP));
        assertThat(seen).isEmpty();
    }

    @Test
    void ioplOpensAllPorts() {
        rig.longMode(3).handlers();
        rig.flags(Rflags.IOPL);

        run(IN_AL_IMM);

        assertThat(seen).containsExactly("read BYTE");
    }

    @Test
    void theBitMapOpensSomePorts() {
        rig.protectedMode(3).handlers();
        rig.put16(Rig.TSS + 0x66, 0x68);
        for (int i = 0; i < 64; i++) {
            rig.put16(Rig.TSS + 0x68 + 2L * i, 0xFFFF);
        }
        rig.put16(Rig.TSS + 0x68 + PORT / 8, 0xFFF0); // four ports
        rig.register(Rig.RDX, PORT);

        run(IN_EAX_DX);

        assertThat(seen).containsExactly("read DWORD");
    }

    @Test
    void everyPortOfAnAccessMustBeOpen() {
        rig.protectedMode(3).handlers();
        rig.put16(Rig.TSS + 0x66, 0x68);
        rig.put16(Rig.TSS + 0x68 + PORT / 8, 0xFFF8); // three ports
        rig.register(Rig.RDX, PORT);

        run(IN_EAX_DX);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(GP));
    }
}
