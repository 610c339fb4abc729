namespace DetrPerfLab.Report;

/// <summary>A run of text in one style. Result files come from strangers: renderers escape, so content never becomes markup.</summary>
readonly record struct Inline(string Text, InlineStyle Style = InlineStyle.Plain)
{
    public static implicit operator Inline(string text) => new(text);

    public static Inline Code(string text) => new(text, InlineStyle.Code);

    public static Inline Bold(string text) => new(text, InlineStyle.Bold);
}

enum InlineStyle
{
    Plain,

    Code,

    Bold,
}
