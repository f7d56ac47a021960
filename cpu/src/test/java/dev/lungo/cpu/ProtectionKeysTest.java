package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Pending;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Msr;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Protection keys of supervisor pages; those of user pages have tests of others. */
@ParameterizedClass
@EnumSource
class ProtectionKeysTest {
    private static final int HLT = 0xF4;
    private static final int[] LOAD = {0x48, 0x8B, 0x03, HLT}; // mov rax,[rbx]
    private static final int[] STORE = {0x48, 0x89, 0x03, HLT}; // mov [rbx],rax
    private static final int PAGE_FAULT = 14;
    private static final int PRESENT_AND_KEY = 0x21; // in the error code
    private static final int PRESENT_KEY_AND_WRITE = 0x23;

    /** The entry of the second 2 MiB, a supervisor page. */
    private static final long ENTRY = 0x22008;

    private static final long ADDRESS = 2 << 20;

    private final Rig rig;
    private int runs;

    ProtectionKeysTest(Rig.Tier tier) {
        rig = Rig.inBlocks(tier);
    }

    @BeforeEach
    void setUp() {
        rig.longMode(0).handlers();
        rig.put64(ENTRY, rig.get64(ENTRY) | 3L << 59); // key 3
        rig.cpu.system.cr4 |= Cr4.PKS;
        rig.bytes(Rig.handler(PAGE_FAULT), HLT);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void run(int... code) {
        long at = Rig.CODE + 16L * runs++; // where no code was before
        rig.bytes(at, code);
        rig.cpu.setRip(at);
        rig.cpu.lower(Pending.ASLEEP); // the HLT before
        rig.register(3, ADDRESS);
        rig.run();
    }

    private boolean faulted() {
        return rig.cpu.rip() == Rig.handler(PAGE_FAULT) + 1;
    }

    private long errorCode() {
        return rig.get64(rig.register(Rig.RSP));
    }

    @Test
    void aKeyWithoutAccessKeepsTheSupervisorOut() {
        rig.cpu.msrs.write(Msr.IA32_PKRS, 1 << 6);

        run(LOAD);

        assertThat(faulted()).isTrue();
        assertThat(errorCode()).isEqualTo(PRESENT_AND_KEY);
        assertThat(rig.cpu.system.cr2).isEqualTo(ADDRESS);
    }

    @Test
    void aKeyWithoutWritesRefusesThemEvenWhereOneWentThrough() {
        run(STORE);
        assertThat(faulted()).isFalse();
        rig.cpu.msrs.write(Msr.IA32_PKRS, 2 << 6);

        run(LOAD);
        assertThat(faulted()).isFalse();
        run(STORE);

        assertThat(faulted()).isTrue();
        assertThat(errorCode()).isEqualTo(PRESENT_KEY_AND_WRITE);
    }

    @Test
    void theKeysMeanNothingWithoutPks() {
        rig.cpu.system.cr4 &= ~Cr4.PKS;
        rig.cpu.msrs.write(Msr.IA32_PKRS, -1L >>> 32);

        run(STORE);

        assertThat(faulted()).isFalse();
    }
}
