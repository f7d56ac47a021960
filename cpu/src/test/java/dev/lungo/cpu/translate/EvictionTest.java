package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Pending;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operands;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.VmExit;
import org.junit.jupiter.api.Test;

/** More code than there is room for translations of. */
class EvictionTest {
    private static final int PORT = 0x80;
    private static final int BLOCKS = 6000;
    private static final int ROUNDS = 3;
    private static final long CODE = 0x20_0000;

    @Test
    void makesRoomAgainAndAgainAndNothingIsLost() {
        try (Rig rig = Rig.cramped()) {
            long sum = run(rig);

            assertThat(rig.translator().statistics.evictions()).isGreaterThan(8);
            assertThat(rig.translator().statistics.guarded()).isZero();
            assertThat(sum).isEqualTo(run(Rig.inBlocks()));
        }
    }

    /**
     * Runs through many blocks that call each other, over and over; returns what they add up to.
     */
    private static long run(Rig rig) {
        rig.longMode(0);
        rig.ports.map(
                PORT,
                1,
                new PortDevice() {
                    @Override
                    public int read(int offset) {
                        return 0;
                    }

                    @Override
                    public void write(int offset, int value) {
                        rig.cpu.raise(Pending.KICK); // room is made between runs
                    }
                });
        byte[] code = Assembler.assemble(CodeMode.CODE64, CODE, EvictionTest::write);
        for (int i = 0; i < code.length; i++) {
            rig.bytes(CODE + i, code[i]);
        }
        for (int i = 0; i < 256; i++) {
            rig.put64(Rig.CODE + 8L * i, i * 0x9E37_79B9_7F4A_7C15L);
        }
        rig.register(Rig.RAX, 0);
        rig.cpu.setRip(CODE);
        while (!(rig.run() instanceof VmExit.Halt)) {
            // kicked
        }
        return rig.register(Rig.RAX);
    }

    private static void write(Assembler a) {
        a.op(Mnemonic.MOV, Operands.EBX, Operands.imm(ROUNDS));
        a.label("round");
        for (int i = 0; i < BLOCKS; i++) {
            a.jump(Mnemonic.CALL, "part" + i * 7 % BLOCKS);
            if (i % 50 == 0) {
                a.op(Mnemonic.OUT, Operands.imm(PORT), Operands.AL);
            }
        }
        a.op(Mnemonic.DEC, Operands.EBX);
        a.jump(Mnemonic.JNZ, "round");
        a.op(Mnemonic.HLT);
        for (int i = 0; i < BLOCKS; i++) {
            a.label("part" + i);
            for (int k = 0; k < 6; k++) {
                a.op(Mnemonic.ADD, Operands.RAX, Operands.abs(8, Rig.CODE + 8L * (k + i % 100), 8));
                a.op(Mnemonic.ROL, Operands.RAX, Operands.imm(1 + i % 13));
            }
            a.op(Mnemonic.RET);
        }
    }
}
