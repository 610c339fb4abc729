using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Tests.Measure;

[Collection(nameof(Alone))]
public class ProcessMemoryTests
{
    const int Known = 200 << 20;

    // Pages of the heap, thread stacks and libraries come and go meanwhile.
    const long Slack = 40 << 20;

    /// <summary>Pages that are mapped, touched and given back by each operation are counted, each once; those of a block that is kept are not.</summary>
    [Fact]
    public unsafe void Measure_OperationThatTakesPagesAnew_CountsThem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "page faults are counted by getrusage");
        const int Pages = 2000;
        var page = Environment.SystemPageSize;
        var kept = NativeMemory.AlignedAlloc((nuint)(Pages * page), (nuint)page);

        // A block as large as this is mapped by glibc, and unmapped when it is freed.
        var anew = MemoryPass.Measure(new ActionOperation(() =>
        {
            var block = NativeMemory.Alloc((nuint)(64 << 20));
            Touch(block);
            NativeMemory.Free(block);
        }), 3).PageFaultsPerOperation;
        Touch(kept);
        var again = MemoryPass.Measure(new ActionOperation(() => Touch(kept)), 3).PageFaultsPerOperation;
        NativeMemory.AlignedFree(kept);

        Assert.InRange(anew!.Value, 0.9 * Pages, 1.5 * Pages);
        Assert.InRange(again!.Value, 0, 0.2 * Pages);

        void Touch(void* block)
        {
            for (var i = 0; i < Pages; i++) { ((byte*)block)[(long)i * page] = 1; }
        }
    }

    [Fact]
    public void Read_ChildThatAllocatesAKnownAmount_SeesIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/dd"), "needs Linux with dd as the process that allocates");

        // dd reads one block of 200 MiB into its buffer and then waits for standard input to end.
        using var child = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec /bin/dd bs={Known} of=/dev/null iflag=fullblock status=none"])
        { RedirectStandardInput = true })!;
        try
        {
            var before = ProcessMemory.Read(child.Id);
            child.StandardInput.BaseStream.Write(new byte[Known - 1]); // returns when dd has read all but the pipe's last 64 KiB
            var after = ProcessMemory.Read(child.Id);

            Assert.InRange(after.RssBytes!.Value - before.RssBytes!.Value, Known - Slack, Known + Slack);
            Assert.True(after.PeakRssBytes >= after.RssBytes);
            Assert.InRange(after.AnonymousBytes!.Value, Known - Slack, Known + Slack);
            // Its own pages count in full, those of the C library, which every process here shares, in part.
            Assert.InRange(ProcessMemory.ReadProportionalBytes(child.Id)!.Value, after.AnonymousBytes.Value, after.RssBytes.Value - 1);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    [Fact]
    public void TryResetPeak_AfterFreeing_StartsAnew()
    {
        Assert.SkipUnless(ProcessMemory.TryResetPeak(), "this system cannot reset the peak");

        Touch(Known);
        var high = ProcessMemory.Read();
        Assert.True(ProcessMemory.TryResetPeak());
        var low = ProcessMemory.Read();
        Touch(Known / 4);
        var again = ProcessMemory.Read();

        Assert.InRange(high.PeakRssBytes!.Value - low.PeakRssBytes!.Value, Known - Slack, Known + Slack);
        Assert.InRange(again.PeakRssBytes!.Value - low.RssBytes!.Value, (Known / 4) - Slack, (Known / 4) + Slack);
    }

    [Fact]
    public void Read_ProcessThatIsGone_IsEmpty()
    {
        Assert.Equal(default, ProcessMemory.Read(int.MaxValue));
        Assert.Null(ProcessMemory.ReadProportionalBytes(int.MaxValue));
    }

    [Fact]
    public void ReadLinux_Status_IsKibibytesInBytesAndNullWhereAbsent()
    {
        using var folder = new TempFolder();
        AtomicFile.WriteText(folder.File("status"), "Name:\tdotnet\nVmHWM:\t    2000 kB\nVmRSS:\t    1732 kB\nRssAnon:\t     700 kB\n");

        Assert.Equal(new(1732 * 1024, 2000 * 1024, 700 * 1024, null), ProcessMemory.ReadLinux(folder.File("status")));
        Assert.Equal(default, ProcessMemory.ReadLinux(folder.File("absent")));
    }

    [Fact]
    public void ReadOther_OnLinux_AgreesWithProc()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the comparison needs /proc");
        // A unit that is off by 1024 is what this looks for; the kernel batches its counts for each core.
        var (other, proc) = (ProcessMemory.ReadOther(), ProcessMemory.Read());

        Assert.InRange(other.RssBytes!.Value, proc.RssBytes!.Value - Slack, proc.RssBytes.Value + Slack);
        Assert.InRange(other.PeakRssBytes!.Value, proc.RssBytes.Value - Slack, 20 * proc.RssBytes.Value);
        Assert.Null(other.AnonymousBytes);
    }

    [Fact]
    public void Measure_OperationThatAllocatesAKnownAmount_CountsIt()
    {
        var sink = new byte[1][];
        var memory = MemoryPass.Measure(new ActionOperation(() => sink[0] = new byte[1 << 20]), operations: 50);

        // An array's header, and what the runtime's own threads allocate: far less than another array in each operation.
        Assert.InRange(memory.AllocatedBytesPerOperation!.Value, 1 << 20, 1.2 * (1 << 20));
        Assert.NotNull(memory.SteadyRssBytes);
    }

    /// <summary>Makes memory resident outside the managed heap and gives it back.</summary>
    static unsafe void Touch(int bytes)
    {
        var memory = (byte*)NativeMemory.Alloc((nuint)bytes);
        for (var at = 0; at < bytes; at += 4096) { memory[at] = 1; }
        NativeMemory.Free(memory);
    }
}
