package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.RecordComponentInfo;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * The hash code of a record that does not define its own, as HotSpot's {@code
 * java.lang.runtime.ObjectMethods} computes it: TeaVM has another, and the order of hash tables
 * would differ.
 */
final class RecordHash {
    private RecordHash() {}

    static boolean isIn(MethodModel method) {
        return method.methodName().equalsString("hashCode")
                && method.methodType().equalsString("()I")
                && method.code().isPresent()
                && method.code()
                        .get()
                        .elementStream()
                        .anyMatch(element ->
                                element instanceof InvokeDynamicInstruction dynamic
                                        && dynamic.bootstrapMethod()
                                                .owner()
                                                .displayName()
                                                .equals("ObjectMethods"));
    }

    static void write(CodeBuilder code, ClassModel model) {
        code.iconst_0();
        for (RecordComponentInfo part :
                model.findAttribute(Attributes.record()).orElseThrow().components()) {
            ClassDesc type = part.descriptorSymbol();
            code.bipush(31).imul().aload(0);
            code.getfield(model.thisClass().asSymbol(), part.name().stringValue(), type);
            ClassDesc owner = owner(type);
            ClassDesc argument = type.isPrimitive() ? type : CD_Object;
            code.invokestatic(owner, "hashCode", MethodTypeDesc.of(CD_int, argument)).iadd();
        }
        code.ireturn();
    }

    private static ClassDesc owner(ClassDesc type) {
        return switch (type.descriptorString()) {
            case "I" -> ClassDesc.of("java.lang.Integer");
            case "J" -> ClassDesc.of("java.lang.Long");
            case "Z" -> ClassDesc.of("java.lang.Boolean");
            case "B" -> ClassDesc.of("java.lang.Byte");
            case "S" -> ClassDesc.of("java.lang.Short");
            case "C" -> ClassDesc.of("java.lang.Character");
            case "F" -> ClassDesc.of("java.lang.Float");
            case "D" -> ClassDesc.of("java.lang.Double");
            default -> ClassDesc.of("java.util.Objects");
        };
    }
}
