/* port-exit ROUNDS EXITS: how long KVM takes from one write to a port by the guest to the next, with
 * the least that a monitor can do in between. Prints nanoseconds of processor time for each round. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

static const unsigned char LOOP[] = {0xEE, 0xEB, 0xFD}; /* out dx,al; jmp to it */

static double nanos(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static void check(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1, exits = argc > 2 ? atoi(argv[2]) : 20000;
    int kvm = open("/dev/kvm", O_RDWR);
    check(kvm >= 0, "/dev/kvm");
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    check(vm >= 0, "KVM_CREATE_VM");
    unsigned char *memory = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(memory + 0x1000, LOOP, sizeof LOOP);
    struct kvm_userspace_memory_region region = {.memory_size = 65536, .userspace_addr = (unsigned long) memory};
    check(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) == 0, "KVM_SET_USER_MEMORY_REGION");
    int cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    check(cpu >= 0, "KVM_CREATE_VCPU");
    struct kvm_run *run = mmap(0, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    struct kvm_sregs sregs;
    ioctl(cpu, KVM_GET_SREGS, &sregs);
    struct kvm_segment flat = {.limit = 0xFFFFFFFF, .selector = 8, .type = 11, .present = 1, .db = 1, .s = 1, .g = 1};
    sregs.cs = flat;
    flat.type = 3;
    flat.selector = 16;
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat;
    sregs.cr0 = 0x31;
    check(ioctl(cpu, KVM_SET_SREGS, &sregs) == 0, "KVM_SET_SREGS");
    struct kvm_regs regs = {.rip = 0x1000, .rflags = 2, .rdx = 0x3F8};
    check(ioctl(cpu, KVM_SET_REGS, &regs) == 0, "KVM_SET_REGS");
    unsigned long sum = 0;
    for (int round = 0; round < rounds; round++) {
        double begun = nanos();
        for (int i = 0; i < exits; i++) {
            check(ioctl(cpu, KVM_RUN, 0) == 0 && run->exit_reason == KVM_EXIT_IO, "KVM_RUN");
            sum += ((unsigned char *) run)[run->io.data_offset];
        }
        printf("%.1f\n", (nanos() - begun) / exits);
    }
    return sum == 1;
}
