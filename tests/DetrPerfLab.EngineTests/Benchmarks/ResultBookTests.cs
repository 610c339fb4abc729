using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

public sealed class ResultBookTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly MachineInfo _machine = new() { CpuModel = "Test", Cores = 2, Os = "Linux", Runtime = ".NET 10" };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SpeedUpOf_PrecisionRow_IsCountedFromTheEagerBaseline()
    {
        var book = Book(Result("Precision", "ort-fp32", 50), Result("Precision", "torch-fp32", 100));
        Assert.Equal(2, book.SpeedUpOf(book.Results[0]));
        Assert.Equal(1, book.SpeedUpOf(book.Results[1]));
    }

    [Fact]
    public void SpeedUpOf_ThreadRow_IsCountedFromItsOwnVariant()
    {
        var book = Book(
            Result("Thread", "torch-fp32", 100, ("Threads", "1")), Result("Thread", "ort-fp32", 60, ("Threads", "1")), Result("Thread", "ort-fp32", 40, ("Threads", "2")));
        Assert.Equal(1.5, book.SpeedUpOf(book.Results[2]));
    }

    [Fact]
    public void SpeedUpOf_Batch_IsThatOfAnImage()
    {
        var book = Book(
            Result("Batch", "ort-fp32", 10, ("Batch", "1"), ("Sizes", "equal")),
            Result("Batch", "ort-fp32", 16, ("Batch", "2"), ("Sizes", "equal")) with { ImagesPerOperation = 2 });
        Assert.Equal(1.25, book.SpeedUpOf(book.Results[1]));
    }

    [Fact]
    public void SpeedUpOf_GapOrNoBaseline_IsNone()
    {
        var book = Book(Result("Precision", "torch-fp32", 100) with { SamplesMs = [], Gap = "missing" }, Result("Preprocess", "fused", 1, ("Stage", "resize")));
        Assert.Null(book.SpeedUpOf(book.Results[0]));
        Assert.Null(book.SpeedUpOf(book.Results[1])); // alone
    }

    [Fact]
    public void Recall_StoredResults_AreTakenUpById()
    {
        var first = Book(Result("Precision", "torch-fp32", 100), Result("Precision", "ort-fp32", 50));
        var second = new ResultBook(new ResultStore(_folder.Path), _machine);
        second.Recall([first.Results[1].Id]);
        Assert.Equal("ort-fp32", Assert.Single(second.Results).Variant);
    }

    ResultBook Book(params RunResult[] results)
    {
        var book = new ResultBook(new ResultStore(_folder.Path), _machine);
        foreach (var result in results) { book.Add(result); }
        return book;
    }

    static RunResult Result(string suite, string variant, double ms, params (string Name, string Value)[] parameters) => new()
    {
        Id = $"{suite}({new SuiteCase(variant, parameters)})",
        Suite = suite,
        Variant = variant,
        Parameters = parameters.ToDictionary(p => p.Name, p => p.Value),
        Started = DateTimeOffset.UnixEpoch,
        Commit = "c",
        Machine = "m",
        SamplesMs = [ms, ms, ms],
    };
}
