package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A data reference to a non-canonical address: #SS(0) where it is to the stack, else #GP(0). SDM
 * 2A, "64-Bit Mode Exceptions" of each instruction; "stack" are the implicit accesses, and operands
 * whose base is RSP or RBP without a segment override that has an effect.
 */
class NonCanonicalAddressesTest {
    private static final long NON_CANONICAL = 1L << 48; // and some below, too

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    // spotless:off
    @CsvSource(delimiter = '|', textBlock = """
        RAX | 488B00     | GP | mov rax,[rax]
        RBP | 488B4500   | SS | mov rax,[rbp+0]
        RSP | 488B0424   | SS | mov rax,[rsp]
        RBP | 488B0428   | GP | mov rax,[rax+rbp]
        RBP | 64488B4500 | GP | mov rax,fs:[rbp+0]
        RBP | 3E488B4500 | SS | mov rax,[rbp+0] with the DS prefix, which is ignored
        RBP | 014500     | SS | add [rbp+0],eax
        RBP | FF4500     | SS | inc dword [rbp+0]
        RBP | D16500     | SS | shl dword [rbp+0],1
        RBP | 0FAF4500   | SS | imul eax,[rbp+0]
        RBP | F77500     | SS | div dword [rbp+0]
        RBP | 0FA34500   | SS | bt [rbp+0],eax
        RBP | 0FB14500   | SS | cmpxchg [rbp+0],eax
        RBP | D94500     | SS | fld dword [rbp+0]
        RBP | FF6500     | SS | jmp [rbp+0]
        RSI | AC         | GP | lodsb
        RSP | 50         | SS | push rax
        RAX | FF30       | GP | push qword [rax]
        RBP | FF7500     | SS | push qword [rbp+0]
        RSP | FF30       | SS | push qword [rax]
        RAX | 8F00       | GP | pop qword [rax]
        RSP | 8F00       | SS | pop qword [rax]
        RSP | 9C         | SS | pushfq
        RSP | E800000000 | SS | call
        RAX | FF10       | GP | call [rax]
        RSP | FF10       | SS | call [rax]
        RSP | C3         | SS | ret
        """)
    // spotless:on
    void areStackFaultsWhereTheyAreToTheStack(
            String register, String code, String fault, String text) {
        rig.longMode(3).handlers().code(bytes(code));
        rig.register(Rig.RAX, Rig.STACK);
        rig.register(
                switch (register) {
                    case "RSP" -> Rig.RSP;
                    case "RBP" -> Rig.RBP;
                    case "RSI" -> Rig.RSI;
                    default -> Rig.RAX;
                },
                NON_CANONICAL);

        rig.run(1);

        assertThat(rig.cpu.rip()).as(text).isEqualTo(Rig.handler(fault.equals("SS") ? 12 : 13));
        assertThat(rig.get64(rig.register(Rig.RSP))).as("error code").isZero();
        assertThat(rig.get64(rig.register(Rig.RSP) + 8)).as("address").isEqualTo(Rig.CODE);
    }

    private static int[] bytes(String code) {
        byte[] bytes = HexFormat.of().parseHex(code);
        int[] result = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            result[i] = bytes[i] & 0xFF;
        }
        return result;
    }
}
