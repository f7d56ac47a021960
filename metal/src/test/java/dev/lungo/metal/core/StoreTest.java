package dev.lungo.metal.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.metal.Vcpu;
import org.junit.jupiter.api.Test;

class StoreTest {
    private final Store store = new Store();
    private final Vcpu vcpu = new Vcpu();

    @Test
    void knowsTheStoreThatLinuxWritesItsApicWith() {
        vcpu.rsi = 0xC4620;

        boolean known = decode64(0x89, 0xB7, 0x00, 0xD0, 0x5F, 0xFF); // mov [rdi-A03000h], esi

        assertThat(known).isTrue();
        assertThat(store.value).isEqualTo(0xC4620);
        assertThat(store.bytes).isEqualTo(4);
        assertThat(store.length).isEqualTo(6);
    }

    @Test
    void takesAnImmediateBehindTheDisplacement() {
        // mov dword [rax+rcx*4+80h], 12345678h
        boolean known = decode64(0xC7, 0x84, 0x88, 0x80, 0x00, 0x00, 0x00, 0x78, 0x56, 0x34, 0x12);

        assertThat(known).isTrue();
        assertThat(store.value).isEqualTo(0x1234_5678);
        assertThat(store.length).isEqualTo(11);
    }

    @Test
    void readsHighBytesOfTheFirstFourRegistersOnlyWithoutRex() {
        vcpu.rax = 0xAB12;
        vcpu.rsp = 0x34;

        decode64(0x88, 0x27); // mov [rdi], ah
        long without = store.value & 0xFF;
        decode64(0x40, 0x88, 0x27); // mov [rdi], spl
        long with = store.value & 0xFF;

        assertThat(without).isEqualTo(0xAB);
        assertThat(with).isEqualTo(0x34);
    }

    @Test
    void saysWhichRegisterAnExchangeLoads() {
        vcpu.r9 = 7;

        boolean known = decode64(0x4C, 0x87, 0x0F); // xchg [rdi], r9

        assertThat(known).isTrue();
        assertThat(store.exchanged).isEqualTo(9);
        assertThat(store.bytes).isEqualTo(8);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(decode64(0x01, 0x37)).isFalse(); // add [rdi], esi
        assertThat(decode64(0xF3, 0xAA)).isFalse(); // rep stosb
    }

    @Test
    void refusesAnInstructionThatEndsBeforeItsEnd() {
        assertThat(decode64(0xC7, 0x84, 0x88, 0x80)).isFalse();
        assertThat(decode64(0x66, 0x66, 0x66, 0x66)).isFalse();
        assertThat(decode64()).isFalse();
    }

    @Test
    void findsTheRegisterThatAControlRegisterIsWrittenFrom() {
        vcpu.r12 = 0x8005_0033L;

        boolean known = decodeControl(0x41, 0x0F, 0x22, 0xC4); // mov cr0, r12

        assertThat(known).isTrue();
        assertThat(store.bytes).isZero();
        assertThat(store.value).isEqualTo(0x8005_0033L);
        assertThat(store.length).isEqualTo(4);
    }

    @Test
    void loadMachineStatusWordCannotClearProtection() {
        vcpu.cr0 = 0x8000_003B; // PE, MP, TS
        vcpu.rax = 0x4; // EM

        boolean known = decodeControl(0x0F, 0x01, 0xF0); // lmsw ax

        assertThat(known).isTrue();
        assertThat(store.value & 0xF).isEqualTo(0x5); // PE stays, MP and TS go
    }

    private boolean decodeControl(int... code) {
        put(code);
        return store.decodeControl(vcpu, true);
    }

    private boolean decode64(int... code) {
        put(code);
        return store.decode(vcpu, true, false);
    }

    private void put(int... code) {
        for (int i = 0; i < code.length; i++) {
            store.code[i] = (byte) code[i];
        }
        store.fetched = code.length;
    }
}
