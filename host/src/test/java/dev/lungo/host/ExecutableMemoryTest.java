package dev.lungo.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.lungo.host.ExecutableMemory#isSupported")
class ExecutableMemoryTest {
    // spotless:off
    private static final byte[] ADD_ONE = {
        0x48, (byte) 0xFF, 0x07, // inc qword [rdi]
        (byte) 0xC3,             // ret
    };
    // spotless:on

    @Test
    void codeWrittenIsCodeRun() throws Throwable {
        try (var memory = ExecutableMemory.map(1);
                var arena = Arena.ofConfined()) {
            memory.write(64, ADD_ONE);
            memory.seal();
            var argument = arena.allocate(ValueLayout.JAVA_LONG);
            argument.set(ValueLayout.JAVA_LONG, 0, 41);

            memory.entry(64).invokeExact(argument.address());

            assertThat(argument.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        }
    }

    @Test
    void aSealedRegionIsNoLongerWritable() {
        try (var memory = ExecutableMemory.map(4096)) {
            memory.seal();

            assertThatThrownBy(() -> memory.write(0, ADD_ONE))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void codeThatDoesNotFitIsRefused() {
        try (var memory = ExecutableMemory.map(4096)) {
            assertThatThrownBy(() -> memory.write(4094, ADD_ONE))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
