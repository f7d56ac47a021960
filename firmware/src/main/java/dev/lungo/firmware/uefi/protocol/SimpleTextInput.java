package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * EFI_SIMPLE_TEXT_INPUT_PROTOCOL and EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL. UEFI 2.10, "Simple Text
 * Input Ex Protocol" (12.2), "Simple Text Input Protocol" (12.3).
 *
 * <p>A terminal tells of characters and not of shift keys: the shift state is valid and empty, and
 * partial keys are never reported.
 */
public final class SimpleTextInput {
    public static final Guid GUID = Guid.parse("387477c1-69c7-11d2-8e39-00a0c969723b");
    public static final Guid GUID_EX = Guid.parse("dd9e7534-7762-4698-8c14-f58517a625aa");

    private static final int SHIFT_STATE_VALID = 0x8000_0000;
    private static final int TOGGLE_STATE_VALID = 0x80;
    private static final int MOST_NOTIFIES = 256;
    private static final int MOST_KEYS = 256;

    private enum Member {
        Reset,
        ReadKeyStroke
    }

    /** The event is in the middle. */
    private enum MemberEx {
        Reset,
        ReadKeyStrokeEx,
        SetState,
        RegisterKeyNotify,
        UnregisterKeyNotify
    }

    private record Notify(int scan, int character, long function) {}

    private final Protocols protocols;
    private final SerialTerminal terminal;
    private final GuestCalls calls;
    private final ArrayDeque<SerialTerminal.Key> keys = new ArrayDeque<>();
    private final Map<Long, Notify> notifies = new LinkedHashMap<>();
    private final long address;
    private final long addressEx;

    public SimpleTextInput(Protocols protocols, SerialTerminal terminal, GuestCalls calls) {
        this.protocols = protocols;
        this.terminal = terminal;
        this.calls = calls;
        long event = protocols.events().createWaitable(this::hasKey);
        long eventEx = protocols.events().createWaitable(this::hasKey);
        long[] members =
                protocols.members("EFI_SIMPLE_TEXT_INPUT_PROTOCOL", Member.values(), this::call);
        long[] ex =
                protocols.members(
                        "EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL", MemberEx.values(), this::callEx);
        address = protocols.place(Protocols.pointers(new ByteWriter(), members).u64(event));
        ByteWriter out = new ByteWriter().u64(ex[0]).u64(ex[1]).u64(eventEx);
        addressEx = protocols.place(out.u64(ex[2]).u64(ex[3]).u64(ex[4]));
    }

    /** Both protocols, for their handle. */
    public List<Product> products() {
        return List.of(Product.lasting(GUID, address), Product.lasting(GUID_EX, addressEx));
    }

    public long address() {
        return address;
    }

    public boolean hasKey() {
        receive();
        return !keys.isEmpty();
    }

    /** The next key, or null. */
    public SerialTerminal.@Nullable Key take() {
        receive();
        return keys.poll();
    }

    private void receive() {
        while (keys.size() < MOST_KEYS) {
            SerialTerminal.Key key = terminal.read();
            if (key == null) {
                return;
            }
            keys.add(key);
            notifyOf(key);
        }
    }

    private void notifyOf(SerialTerminal.Key key) {
        for (Notify notify : notifies.values().toArray(new Notify[0])) {
            boolean matches =
                    (notify.scan == key.scan() && notify.character == key.character())
                            || (notify.scan == 0 && notify.character == 0);
            long data = matches ? protocols.pool().allocate(4, KEY_DATA_BYTES) : -1;
            if (data >= 0) {
                protocols.memory().write(data, keyData(key));
                calls.call(notify.function, data);
                protocols.pool().free(data);
            }
        }
    }

    private static final int KEY_DATA_BYTES = 12;

    /** EFI_KEY_DATA. */
    private static byte[] keyData(SerialTerminal.Key key) {
        ByteWriter out = new ByteWriter().u16(key.scan()).u16(key.character());
        return out.u32(SHIFT_STATE_VALID).u8(TOGGLE_STATE_VALID).alignTo(4).toBytes();
    }

    private long call(Member member, Call call) {
        return switch (member) {
            case Reset -> reset();
            case ReadKeyStroke -> readKeyStroke(call);
        };
    }

    private long reset() {
        receive();
        keys.clear();
        return EfiStatus.SUCCESS;
    }

    private long readKeyStroke(Call call) {
        call.memory().require(call.argument(1), 4);
        SerialTerminal.Key key = take();
        if (key == null) {
            return EfiStatus.NOT_READY;
        }
        call.memory().putShort(call.argument(1), key.scan());
        call.memory().putShort(call.argument(1) + 2, key.character());
        return EfiStatus.SUCCESS;
    }

    private long callEx(MemberEx member, Call call) {
        return switch (member) {
            case Reset -> reset();
            case ReadKeyStrokeEx -> readKeyStrokeEx(call);
            case SetState -> setState(call);
            case RegisterKeyNotify -> registerKeyNotify(call);
            case UnregisterKeyNotify ->
                    notifies.remove(call.argument(1)) == null
                            ? EfiStatus.INVALID_PARAMETER
                            : free(call.argument(1));
        };
    }

    private long free(long id) {
        return protocols.pool().free(id);
    }

    private long readKeyStrokeEx(Call call) {
        long data = call.argument(1);
        if (data == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(data, KEY_DATA_BYTES);
        SerialTerminal.Key key = take();
        if (key == null) {
            call.memory().write(data, keyData(new SerialTerminal.Key(0, (char) 0)));
            return EfiStatus.NOT_READY;
        }
        call.memory().write(data, keyData(key));
        return EfiStatus.SUCCESS;
    }

    /** There are no lights, and no partial keys to expose. */
    private static long setState(Call call) {
        if (call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        int state = call.memory().getByte(call.argument(1));
        return (state & TOGGLE_STATE_VALID) == 0
                ? EfiStatus.INVALID_PARAMETER
                : (state & 0x07) == 0 ? EfiStatus.SUCCESS : EfiStatus.UNSUPPORTED;
    }

    private long registerKeyNotify(Call call) {
        long data = call.argument(1);
        long function = call.argument(2);
        long result = call.argument(3);
        if (data == 0 || function == 0 || result == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        int scan = call.memory().getShort(data);
        int character = call.memory().getShort(data + 2);
        call.memory().require(result, 8);
        long id = notifies.size() < MOST_NOTIFIES ? protocols.pool().allocate(4, 1) : -1;
        if (id < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        notifies.put(id, new Notify(scan, character, function));
        call.memory().putLong(result, id);
        return EfiStatus.SUCCESS;
    }
}
