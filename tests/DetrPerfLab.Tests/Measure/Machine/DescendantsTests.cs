using System.Diagnostics;

namespace DetrPerfLab.Tests.Measure;

[Collection(nameof(Alone))]
public class DescendantsTests
{
    [Fact]
    public void CpuSeconds_ChildrenOfAllThreadsAndTheirChildren_AreSummed()
    {
        using var root = new TempFolder();
        AtomicFile.WriteText(root.File("proc/self/task/10/children"), "20 21 ");
        AtomicFile.WriteText(root.File("proc/self/task/11/children"), "22 ");
        AtomicFile.WriteText(root.File("proc/20/task/20/children"), "30 ");
        AtomicFile.WriteText(root.File("proc/20/stat"), Stat("dotnet", 100, 20, 3, 4));
        AtomicFile.WriteText(root.File("proc/21/stat"), Stat("a) R 1 (b", 1000, 0, 0, 0)); // a name may look like fields
        AtomicFile.WriteText(root.File("proc/30/stat"), Stat("sh", 50, 0, 0, 0));
        // 22 is gone by now.

        Assert.Equal(11.77, Descendants.CpuSeconds(root.Path), 1e-9);
        Assert.Equal(0, Descendants.CpuSeconds(root.File("absent")));

        static string Stat(string name, params long[] times) => $"20 ({name}) S 1 20 20 0 -1 4194304 103 0 0 0 {string.Join(' ', times)} 20 0 1 0 2417992";
    }

    [Fact]
    public void Read_ChildThatBurnsTime_IsOurOwnWhileItLivesAndAfter()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self/task") && File.Exists("/bin/sh"), "needs /proc and a shell as the process that burns time");
        var source = new SystemCounters();
        var start = source.Read();
        using var child = Process.Start("/bin/sh", ["-c", "while :; do :; done"]);
        var patience = Stopwatch.StartNew();
        try
        {
            while (child.TotalProcessorTime.TotalSeconds < 0.3)
            {
                Assert.SkipWhen(patience.Elapsed > TimeSpan.FromMinutes(1), "the child got no core for a minute");
                Thread.Sleep(20);
            }

            Assert.True(ResourceUsage.Read()!.Value.CpuSeconds - start.OwnSeconds + 0.3 <= source.Read().OwnSeconds - start.OwnSeconds, "the time of a living child is missing");
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }

        Assert.True(source.Read().OwnSeconds - start.OwnSeconds >= 0.3, "the time of a child that ended is missing");
    }
}
