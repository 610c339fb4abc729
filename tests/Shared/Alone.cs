namespace DetrPerfLab.Tests;

/// <summary>Tests that measure the process itself: no other test runs meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
