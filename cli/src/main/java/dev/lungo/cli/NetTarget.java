package dev.lungo.cli;

import dev.lungo.host.net.Switch;
import dev.lungo.host.net.Tap;
import dev.lungo.host.net.UserNetwork;
import dev.lungo.host.net.UserNetwork.Forward;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.NetBackend;
import dev.lungo.pc.Peripherals.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one {@code --net} says.
 *
 * @param kind user, tap or switch
 * @param name of the interface or the switch
 * @param mac made up if it is not given
 */
record NetTarget(
        String kind, String name, List<Forward> forwards, OptionalLong mac, boolean packed) {
    private static final Pattern FORWARD = Pattern.compile("(tcp|udp):(\\d{1,5}):(\\d{1,5})");
    private static final Pattern MAC = Pattern.compile("([0-9a-f]{2})(:[0-9a-f]{2}){5}");

    /** Bits of a first byte: an address for a group, and one that nobody has assigned. */
    private static final long GROUP = 1L << 40;

    private static final long LOCAL = 2L << 40;

    /** Empty for {@code none}. */
    static Optional<NetTarget> parse(String text) {
        String[] parts = text.split(",", -1);
        String[] what = parts[0].split(":", 2);
        String name = what.length == 2 ? what[1] : "";
        boolean named = !name.isEmpty();
        switch (what[0]) {
            case "none" -> {
                if (!text.equals("none")) {
                    throw wrong(text);
                }
                return Optional.empty();
            }
            case "user" -> {
                if (what.length == 2) {
                    throw wrong(text);
                }
            }
            case "tap", "switch" -> {
                if (!named) {
                    throw wrong(text);
                }
            }
            default -> throw wrong(text);
        }
        List<Forward> forwards = new ArrayList<>();
        OptionalLong mac = OptionalLong.empty();
        boolean packed = false;
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", 2);
            String value = pair.length == 2 ? pair[1] : "";
            switch (pair[0]) {
                case "forward" -> {
                    if (!what[0].equals("user")) {
                        throw new Refusal("--net: forward= is for user only");
                    }
                    forwards.add(forward(value));
                }
                case "mac" -> mac = OptionalLong.of(mac(value));
                case "ring" -> packed = isPacked(value);
                default -> throw wrong(text);
            }
        }
        return Optional.of(new NetTarget(what[0], name, List.copyOf(forwards), mac, packed));
    }

    private static Refusal wrong(String text) {
        return new Refusal(
                "--net takes none, user, tap:NAME or switch:NAME, and behind it forward=, mac= and"
                        + " ring=, not \""
                        + text
                        + "\"");
    }

    private static Forward forward(String text) {
        Matcher matcher = FORWARD.matcher(text);
        if (matcher.matches()) {
            int host = Integer.parseInt(matcher.group(2));
            int guest = Integer.parseInt(matcher.group(3));
            if (host >= 1 && host <= 0xFFFF && guest >= 1 && guest <= 0xFFFF) {
                return new Forward(
                        Forward.Protocol.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)),
                        host,
                        guest);
            }
        }
        throw new Refusal("--net: forward= takes tcp:HOST:GUEST or udp:..., not \"" + text + "\"");
    }

    private static long mac(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (MAC.matcher(lower).matches()) {
            long address = Long.parseLong(lower.replace(":", ""), 16);
            if ((address & GROUP) == 0 && address != 0) {
                return address;
            }
        }
        throw new Refusal(
                "--net: mac= takes an address such as 02:00:00:00:00:01, not \"" + text + "\"");
    }

    private static boolean isPacked(String ring) {
        return switch (ring) {
            case "packed" -> true;
            case "split" -> false;
            default ->
                    throw new Refusal("--net: ring= takes split or packed, not \"" + ring + "\"");
        };
    }

    /** Connects to the network. */
    Network open() {
        try {
            NetBackend backend =
                    switch (kind) {
                        case "user" -> UserNetwork.start(forwards);
                        case "tap" -> Tap.open(name);
                        default -> Switch.named(name).plug();
                    };
            return new Network(backend, mac.orElseGet(NetTarget::someMac), packed);
        } catch (BackendException e) {
            throw new Refusal("--net: " + e.getMessage());
        }
    }

    private static long someMac() {
        return ThreadLocalRandom.current().nextLong(1L << 40) | LOCAL;
    }
}
