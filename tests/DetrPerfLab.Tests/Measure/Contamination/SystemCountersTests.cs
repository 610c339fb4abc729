namespace DetrPerfLab.Tests.Measure;

public class SystemCountersTests
{
    [Fact]
    public void ReadMhz_GovernorsFileThenCpuInfo_TellsMegahertz()
    {
        using var root = new TempFolder();
        Assert.Null(SystemCounters.ReadMhz(root.Path));
        AtomicFile.WriteText(root.File("proc/cpuinfo"), "processor\t: 0\ncpu MHz\t\t: 2596.116\n\nprocessor\t: 1\ncpu MHz\t\t: 900\n");
        Assert.Equal(2596.116, SystemCounters.ReadMhz(root.Path));
        AtomicFile.WriteText(root.File("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq"), "3400000\n");
        Assert.Equal(3400, SystemCounters.ReadMhz(root.Path));
    }
}
