using System.Text.Json.Serialization;

namespace DetrPerfLab.Serving;

/// <summary>What became of a model.</summary>
public enum ModelState
{
    Serving,
    Replaced,
    Refused,
}

/// <summary>A model that was served, is, or was refused: where it comes from, and what became of it.</summary>
/// <param name="Name">By which a user calls it back.</param>
/// <param name="Source">A file, or the name of a model of the zoo. Not told over the network: it is a path of the server's machine.</param>
/// <param name="Sha256">Of the artefact that runs; empty where it could not be read.</param>
public sealed record ModelVersion(string Name, [property: JsonIgnore] string Source, string Sha256, DateTimeOffset At)
{
    public ModelState State { get; init; }
    public string? Reason { get; init; } // why it was refused

    /// <summary>Points that it lost against the one before it; null for the first.</summary>
    public double? Loss { get; init; }
    public double LoadMs { get; init; } // until it was ready to take over
}
