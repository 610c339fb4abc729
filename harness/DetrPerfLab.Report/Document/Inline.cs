namespace DetrPerfLab.Report;

/// <summary>A run of text in one style. Result files come from strangers: renderers escape, so content never becomes markup.</summary>
/// <param name="Text">Plain text.</param>
/// <param name="Style">How it stands out.</param>
readonly record struct Inline(string Text, InlineStyle Style = InlineStyle.Plain)
{
    /// <summary>Plain text.</summary>
    public static implicit operator Inline(string text) => new(text);

    /// <summary>A name or a command.</summary>
    public static Inline Code(string text) => new(text, InlineStyle.Code);

    /// <summary>What the eye should find first.</summary>
    public static Inline Bold(string text) => new(text, InlineStyle.Bold);
}

/// <summary>How a run of text stands out.</summary>
enum InlineStyle
{
    /// <summary>Not at all.</summary>
    Plain,

    /// <summary>A name or a command, in a monospaced font.</summary>
    Code,

    /// <summary>Strong.</summary>
    Bold,
}
