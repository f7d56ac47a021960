package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.CpuRegisters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The last linear address is one like any other. */
@ParameterizedClass
@EnumSource
class LastAddressTest {
    private static final int PF = 14;

    private final Rig.Tier tier;

    LastAddressTest(Rig.Tier tier) {
        this.tier = tier;
    }

    @Test
    void aJumpToTheLastAddressFaultsThereIfNothingIsMapped() {
        try (Rig rig = Rig.inBlocks(tier).longMode(0).handlers()) {
            // Its block is remembered where that of the last address would be.
            long sharesItsPlace = 0x1001;
            rig.bytes(
                    sharesItsPlace,
                    // dec rcx; jnz over the hlt; hlt
                    0x48,
                    0xFF,
                    0xC9,
                    0x75,
                    0x01,
                    0xF4,
                    // mov rax,cr3; mov cr3,rax; or rax,-1; jmp rax
                    0x0F,
                    0x20,
                    0xD8,
                    0x0F,
                    0x22,
                    0xD8,
                    0x48,
                    0x83,
                    0xC8,
                    0xFF,
                    0xFF,
                    0xE0);
            rig.bytes(Rig.handler(PF), 0xF4);
            CpuRegisters registers = new CpuRegisters();
            rig.cpu.save(registers);
            registers.rip = sharesItsPlace;
            registers.gpr[Rig.RCX] = 2; // not twice
            rig.cpu.load(registers);

            rig.run();

            rig.cpu.save(registers);
            assertThat(registers.rip).isEqualTo(Rig.handler(PF) + 1);
            assertThat(registers.cr2).isEqualTo(-1);
        }
    }
}
