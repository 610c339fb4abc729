namespace DetrPerfLab.Tests.Measure;

public class MachineProbeTests
{
    const string CpuInfo = """
        processor	: 0
        vendor_id	: AuthenticAMD
        cpu family	: 25
        model		: 17
        model name	: AMD EPYC
        stepping	: 1
        flags		: fpu sse4_2 fma avx avx2 avx512f avx512_vnni hypervisor

        processor	: 1
        model name	: another
        """;

    [Fact]
    public void FromCpuInfo_Amd_ReadsFirstProcessor()
    {
        var cpu = CpuIdentity.FromCpuInfo(CpuInfo);

        Assert.Equal("AMD EPYC", cpu.Model);
        Assert.Equal("AuthenticAMD family 25 model 17 stepping 1", cpu.CpuId);
        Assert.Equal(["sse4_2", "avx", "fma", "avx2", "avx512f", "avx512_vnni"], cpu.Isa);
        Assert.Equal("unknown", cpu.Hypervisor);
    }

    [Fact]
    public void FromCpuInfo_Arm_ReadsPartAndFeatures()
    {
        var cpu = CpuIdentity.FromCpuInfo("processor\t: 0\nFeatures\t: fp asimd asimddp i8mm\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\nCPU revision\t: 1\n");

        Assert.Null(cpu.Model);
        Assert.Equal("Arm implementer 0x41 part 0xd40 revision 1", cpu.CpuId);
        Assert.Equal(["asimd", "asimddp", "i8mm"], cpu.Isa);
        Assert.Null(cpu.Hypervisor);
    }

    [Fact]
    public void FromProcessor_ThisMachine_AgreesWithTheKernel()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.Intrinsics.X86.X86Base.IsSupported, "compares CPUID with Linux' view of it");
        var (own, kernel) = (CpuIdentity.FromProcessor(), CpuIdentity.FromCpuInfo(File.ReadAllText("/proc/cpuinfo")));

        Assert.Equal(kernel.CpuId, own.CpuId);
        if (own.Hypervisor is null) { Assert.Equal(kernel.Model, own.Model); } // a virtual machine's kernel may have been told another name
        Assert.False(string.IsNullOrWhiteSpace(own.Model));
        Assert.Equal(kernel.Hypervisor is null, own.Hypervisor is null);
        Assert.Equal(kernel.Isa, own.Isa);
    }

    [Theory]
    [InlineData("Cpus_allowed_list:\t0-1", 2)]
    [InlineData("Cpus_allowed_list:\t0-3,8,10-11", 7)]
    [InlineData("Cpus_allowed_list:\tx", null)]
    [InlineData("Name:\tx", null)]
    public void AllowedCoreList_Line_HasThem(string line, int? expected) => Assert.Equal(expected, MachineProbe.AllowedCoreList(["Umask:\t0022", line])?.Count);

    [Fact]
    public void ControlGroups_Version2_TakesTheLeastOfTheChain()
    {
        using var root = new TempFolder();
        Write(root, "proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
        Write(root, "proc/self/cgroup", "0::/user.slice/job");
        Write(root, "sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
        Write(root, "sys/fs/cgroup/user.slice/memory.max", "4294967296\n");
        Write(root, "sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
        Write(root, "sys/fs/cgroup/user.slice/job/memory.max", "8589934592\n");

        Assert.Equal(new ControlGroups(1.5, 4L << 30), ControlGroups.Read(root.Path));
    }

    [Fact]
    public void ControlGroups_Version1InAContainer_FindsItsOwnGroupAtTheMount()
    {
        using var root = new TempFolder();
        Write(root, "proc/self/mountinfo", """
            32 31 0:29 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
            35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            """);
        Write(root, "proc/self/cgroup", "4:memory:/docker/abc\n1:cpu,cpuacct:/docker/abc\n0::/");
        Write(root, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
        Write(root, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
        Write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");

        Assert.Equal(new ControlGroups(0.5, 1L << 30), ControlGroups.Read(root.Path));
    }

    [Fact]
    public void ControlGroups_NoLimits_AreNull()
    {
        using var root = new TempFolder();
        Write(root, "proc/self/mountinfo", "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\nrubbish");
        Write(root, "proc/self/cgroup", "4:memory:/\nrubbish");
        Write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");

        Assert.Equal(default, ControlGroups.Read(root.Path));
        Assert.Equal(default, ControlGroups.Read(root.File("absent")));
    }

    [Fact]
    public void Read_FakeRoot_UsesItsFiles()
    {
        using var root = new TempFolder();
        Write(root, "proc/cpuinfo", CpuInfo);
        Write(root, "proc/self/status", "Cpus_allowed_list:\t0-15\n");
        Write(root, "proc/meminfo", "MemTotal:       16777216 kB\n");
        Write(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");

        var machine = MachineProbe.Read(new Dictionary<string, string> { ["libtorch"] = "1.13.1" }, root.Path);

        Assert.Equal(("AMD EPYC", 16, 16L << 30, "performance"), (machine.CpuModel, machine.Cores, machine.MemoryBytes, machine.Governor));
        Assert.Null(machine.CpuQuota);
        Assert.Equal("1.13.1", machine.Packages["libtorch"]);
    }

    [Fact]
    public void Read_ThisMachine_IsPlausibleAndNamesNoHost()
    {
        var machine = MachineProbe.Read();

        Assert.NotEmpty(machine.CpuModel);
        Assert.InRange(machine.Cores, 1, 4096);
        Assert.True(machine.MemoryBytes > 256 << 20);
        Assert.Contains(".NET", machine.Runtime);
        Assert.Matches("^[0-9a-f]{12}$", machine.Fingerprint);
        Assert.DoesNotContain(Environment.MachineName, machine.Os);
        Assert.Equal(machine.Fingerprint, MachineProbe.Read().Fingerprint);
    }

    [Fact]
    public void Fingerprint_PeakMeasured_StaysTheSame()
    {
        var machine = MachineProbe.Read();
        Assert.Equal(machine.Fingerprint, (machine with { Peaks = [new("fp32", 100)], MemoryGbPerSecond = 20 }).Fingerprint);
        Assert.NotEqual(machine.Fingerprint, (machine with { Cores = machine.Cores + 1 }).Fingerprint);
    }

    [Fact]
    public void Fingerprint_AnotherChartFont_StaysTheSame()
    {
        MachineInfo With(string package, string version) => MachineProbe.Read(new Dictionary<string, string> { [package] = version });
        Assert.Equal(With("chart font", "DejaVu Sans").Fingerprint, With("chart font", "Arial").Fingerprint);
        Assert.NotEqual(With("ScottPlot", "1").Fingerprint, With("ScottPlot", "2").Fingerprint);
    }

    static void Write(TempFolder root, string path, string text) => AtomicFile.WriteText(root.File(path), text);
}
