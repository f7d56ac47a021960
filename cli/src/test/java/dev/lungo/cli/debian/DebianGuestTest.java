package dev.lungo.cli.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DebianGuestTest {
    @Test
    void theCacheIsWhereXdgSaysAndElseInTheHomeDirectory() {
        Path home = Path.of(System.getProperty("user.home"), ".cache", "lungo");

        assertThat(DebianGuest.cache(Map.of("XDG_CACHE_HOME", "/var/tmp/cache")))
                .isEqualTo(Path.of("/var/tmp/cache/lungo"));
        assertThat(DebianGuest.cache(Map.of("XDG_CACHE_HOME", "not/absolute"))).isEqualTo(home);
        assertThat(DebianGuest.cache(Map.of())).isEqualTo(home);
    }
}
