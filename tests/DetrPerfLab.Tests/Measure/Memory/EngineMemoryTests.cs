using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public class EngineMemoryTests
{
    static readonly ArenaInfo s_arena = new() { BytesInUse = 1, LargestBytesInUse = 20, ReservedBytes = 300, Extensions = 4, Shrinkages = 0 };

    [Fact]
    public void Sum_Arenas_AddsEachFigure() =>
        Assert.Equal(new() { BytesInUse = 2, LargestBytesInUse = 40, ReservedBytes = 600, Extensions = 8, Shrinkages = 0 }, EngineMemory.Sum([s_arena, s_arena]));

    [Fact]
    public void Sum_OneTellsNothing_IsUnknownWithItsReason() =>
        Assert.Equal(new() { Reason = "too old" }, EngineMemory.Sum([s_arena, new() { Reason = "too old" }]));

    [Fact]
    public void Sum_OneLacksAFigure_LeavesThatOneUnknown() =>
        Assert.Equal(new() { BytesInUse = 2, LargestBytesInUse = 40, ReservedBytes = 600, Extensions = null, Shrinkages = 0 }, EngineMemory.Sum([s_arena, s_arena with { Extensions = null }]));

    [Fact]
    public void Complete_EngineWithoutAccounts_ChangesNothing()
    {
        var memory = new MemoryInfo { PeakRssBytes = 5 };
        Assert.Same(memory, EngineMemory.Complete(memory, new ScriptedEngine(new FakeTimeProvider())));
    }
}
